/**
 * What the secondary keeps of itself under {@code .georep}: whose it is, how far it is in step,
 * whether an agent has it open or died over it; and the barrier, which makes all that durable in
 * the right order.
 */
@NullMarked
package org.georep.secondary.durability;

import org.jspecify.annotations.NullMarked;
