/**
 * The primary: which volume it is, and looking at it. {@link
 * org.georep.replicator.volume.PrimaryTree} answers what is there <em>now</em>, by identity: by
 * kernel handle where the process may ({@link org.georep.replicator.volume.HandleTree}), else by a
 * map of directories that is checked at every use ({@link org.georep.replicator.volume.PathTree}).
 * Nothing here remembers what it saw, and nothing writes to the primary but the volume's id under
 * {@code .georep/}.
 */
@NullMarked
package org.georep.replicator.volume;

import org.jspecify.annotations.NullMarked;
