/**
 * The engine for many small files: a tar stream of our own making, read by identity, extracted by
 * GNU tar on the secondary's host.
 */
@NullMarked
package org.georep.engine.tarssh;

import org.jspecify.annotations.NullMarked;
