/** What is made of the program's own description of itself when packages are built. */
@org.jspecify.annotations.NullMarked
package org.georep.packaging;
