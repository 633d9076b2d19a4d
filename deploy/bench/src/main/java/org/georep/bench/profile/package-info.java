/**
 * Where the time of georep's processes goes: what Java's flight recorder noted of each, and the
 * processor time the kernel counted for each of their threads.
 */
@NullMarked
package org.georep.bench.profile;

import org.jspecify.annotations.NullMarked;
