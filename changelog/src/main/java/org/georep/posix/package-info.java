/**
 * POSIX and Linux calls with paths as bytes: the only native code of the project. {@link
 * org.georep.posix.Libc} is the seam: the real one binds libc, tests put a fault-injecting one
 * before it. Every call that fails throws a {@link org.georep.posix.PosixException} with the errno,
 * the call and what it was applied to; nothing returns a code to be checked.
 *
 * <p>On it stand: identities of files ({@link org.georep.posix.Identity}), what is mounted ({@link
 * org.georep.posix.Mounts}), which boot this is ({@link org.georep.posix.BootId}), state files that
 * are always whole ({@link org.georep.posix.AtomicFile}), and the operator's paths as bytes ({@link
 * org.georep.posix.RawPath}). Nothing here knows what is replicated.
 */
@NullMarked
package org.georep.posix;

import org.jspecify.annotations.NullMarked;
