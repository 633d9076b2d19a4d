/** The steps after which an agent may die, by name. */
@NullMarked
package org.georep.secondary.failpoint;

import org.jspecify.annotations.NullMarked;
