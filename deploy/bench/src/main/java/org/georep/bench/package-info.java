/**
 * Side-by-side measurements: the same tree, the same machine, fresh file systems for every run, the
 * peers taking turns within a round, so that what the machine does meanwhile meets them all.
 * Medians and ratios are printed, with every single value.
 */
@NullMarked
package org.georep.bench;

import org.jspecify.annotations.NullMarked;
