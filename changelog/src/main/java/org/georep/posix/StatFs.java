package org.georep.posix;

import com.google.errorprone.annotations.Immutable;

/**
 * What fstatfs(2) says of a file system.
 *
 * @param type magic number, one of {@link Linux}'s {@code ..._MAGIC} or another
 * @param blockSize bytes a block
 * @param blocks blocks in all
 * @param available blocks an ordinary user may still take
 * @param files inodes in all, 0 where not counted
 * @param filesFree inodes free
 * @param id the file system's id
 */
@Immutable
public record StatFs(
    long type, long blockSize, long blocks, long available, long files, long filesFree, long id) {}
