package org.georep.replicator.volume;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.georep.name.VolumeId;
import org.georep.posix.AtomicFile;
import org.georep.posix.FileFormat;
import org.georep.posix.Libc;

/**
 * Which volume a session met at its primary's path: a small file in the session's directory,
 * written when it meets it first.
 */
public final class KnownVolume {
  private static final FileFormat FORMATS =
      FileFormat.first("remove it, if the primary is the right volume");

  private final Path path;
  private final AtomicFile file;

  /** Keeps it at this path. */
  public KnownVolume(Libc libc, Path path) {
    this.path = path;
    this.file = new AtomicFile(libc, path);
  }

  /**
   * Identifies the volume at a root as the one met before, or as a new one, which is kept.
   *
   * @throws VolumeChangedException if it is not the one met before
   */
  public VolumeId meet(VolumeMarker marker) throws IOException {
    Optional<byte[]> kept = file.read();
    if (kept.isPresent()) {
      FORMATS.checkPlain(path, kept.get());
    }
    Optional<VolumeId> known =
        kept.map(text -> new String(text, StandardCharsets.US_ASCII).strip())
            .map(text -> new VolumeId(UUID.fromString(text)));
    VolumeId here = marker.identify(known);
    if (known.isEmpty()) {
      file.write((here + "\n").getBytes(StandardCharsets.US_ASCII));
    }
    return here;
  }
}
