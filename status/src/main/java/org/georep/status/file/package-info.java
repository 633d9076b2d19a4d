/**
 * Files that are replaced whole, and the worker's status file, which is one: a reader sees the old
 * contents or the new, never a part.
 */
@NullMarked
package org.georep.status.file;

import org.jspecify.annotations.NullMarked;
