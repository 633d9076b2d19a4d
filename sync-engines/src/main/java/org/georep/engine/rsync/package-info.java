/**
 * The engine for large files changed in part: rsync on both hosts, with the secondary's present
 * copy as basis. Nothing rsync says about what to run on the far side reaches the far side.
 */
@NullMarked
package org.georep.engine.rsync;

import org.jspecify.annotations.NullMarked;
