/**
 * POSIX and Linux calls with paths as bytes: the only native code of the project. {@link
 * org.georep.posix.Libc} is the seam: the real one binds libc, tests put a fault-injecting one
 * before it. Every call that fails throws a {@link org.georep.posix.PosixException} with the errno,
 * the call and what it was applied to; nothing returns a code to be checked.
 */
@NullMarked
package org.georep.posix;

import org.jspecify.annotations.NullMarked;
