/**
 * Folds what is dirty into the least to look at, and decides which names are left out. Sees records
 * and looks at the primary; sends nothing.
 */
@NullMarked
package org.georep.replicator.plan;

import org.jspecify.annotations.NullMarked;
