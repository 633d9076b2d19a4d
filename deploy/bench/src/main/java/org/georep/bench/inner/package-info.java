/**
 * The inner loops one by one, measured by JMH: what one record, one look, one frame or one block
 * costs in time and in memory taken. {@link org.georep.bench.inner.Inner} runs them. Each goes in
 * by a public door of its module, so some measure a little more than the loop alone.
 */
@NullMarked
package org.georep.bench.inner;

import org.jspecify.annotations.NullMarked;
