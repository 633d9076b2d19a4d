/**
 * Reaching a secondary: over ssh or as a child process, bringing the agent there, keeping the
 * connection alive.
 */
@NullMarked
package org.georep.connection;

import org.jspecify.annotations.NullMarked;
