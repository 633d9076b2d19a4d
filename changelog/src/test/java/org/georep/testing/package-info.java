/**
 * The test kit, for the tests of every module: fault injection at the libc seam, deaths at
 * failpoints, fresh directories, loop-mounted file systems, a throw-away sshd, random churn, and
 * oracles that compare two trees without any of the product's own code. What needs root or a
 * program says so through an assumption with a reason.
 */
@NullMarked
package org.georep.testing;

import org.jspecify.annotations.NullMarked;
