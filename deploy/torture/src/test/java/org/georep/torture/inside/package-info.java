/**
 * What is put into the copy of the program that is tormented: its classes are patched to ask here.
 * The product has nothing of this. JDK only.
 */
@NullMarked
package org.georep.torture.inside;

import org.jspecify.annotations.NullMarked;
