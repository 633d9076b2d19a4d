/** Drives the real agent with a primary that is simulated, and checks its answers and its tree. */
@NullMarked
package org.georep.secondary.session;

import org.jspecify.annotations.NullMarked;
