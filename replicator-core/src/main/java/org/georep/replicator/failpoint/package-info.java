/** The steps after which a replicator may die, by name. */
@NullMarked
package org.georep.replicator.failpoint;

import org.jspecify.annotations.NullMarked;
