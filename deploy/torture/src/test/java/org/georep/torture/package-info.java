/**
 * Hunts for breaks of what georep promises: writers do random things to a primary while the program
 * that replicates it is killed, stopped and cut off; whenever it falls quiet the secondary must
 * equal the primary. Whatever is done is written down as it is done, one line each, and can be done
 * again and made smaller.
 */
@NullMarked
package org.georep.torture;

import org.jspecify.annotations.NullMarked;
