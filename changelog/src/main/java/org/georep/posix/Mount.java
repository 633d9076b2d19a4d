package org.georep.posix;

import com.google.errorprone.annotations.Immutable;
import org.georep.name.EntryPath;

/**
 * One mount of this process's namespace.
 *
 * @param id the mount's id, as {@link Stat#mountId}
 * @param parentId the id of the mount it lies in; its own id for a root
 * @param device the file system's device number, as makedev(3) makes it
 * @param point where it is mounted, below {@code /}
 * @param fileSystem the file system's type, such as {@code ext4}
 */
@Immutable
public record Mount(long id, long parentId, long device, EntryPath point, String fileSystem) {}
