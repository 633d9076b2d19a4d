package org.georep.replicator.volume;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import org.georep.name.Gfid;
import org.georep.name.VolumeId;
import org.georep.posix.AtomicFile;
import org.georep.posix.FileFormat;
import org.georep.posix.Libc;

/**
 * Which volume a session met at its primary's path: two small files in the session's directory,
 * written when it meets it first. One has the volume's id, the other the identity of the file on
 * the primary that holds that id: a copy of the volume has the same id in another file, and each of
 * its files is another to the secondary, which would lose what the copy lacks.
 */
public final class KnownVolume {
  private static final FileFormat FORMATS =
      FileFormat.first("remove it, if the primary is the right volume");

  private final Path path;
  private final AtomicFile file;
  private final Path witnessPath;
  private final AtomicFile witnessFile;

  /**
   * Keeps it at these paths.
   *
   * @param id of the file with the volume's id
   * @param witness of the file with the identity
   */
  public KnownVolume(Libc libc, Path id, Path witness) {
    this.path = id;
    this.file = new AtomicFile(libc, id);
    this.witnessPath = witness;
    this.witnessFile = new AtomicFile(libc, witness);
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
    Optional<Gfid> witness = marker.witness();
    if (witness.isPresent()) {
      meet(witness.get());
    }
    return here;
  }

  private void meet(Gfid witness) throws IOException {
    byte[] text = (witness + "\n").getBytes(StandardCharsets.US_ASCII);
    Optional<byte[]> kept = witnessFile.read();
    if (kept.isEmpty()) {
      witnessFile.write(text);
      return;
    }
    FORMATS.checkPlain(witnessPath, kept.get());
    if (!Arrays.equals(kept.get(), text)) {
      throw new VolumeChangedException(
          "the primary is a copy of the volume this session replicates (restored, or moved to"
              + " another file system): each of its files would be sent again, and what it lacks"
              + " would leave the secondary. Nothing was deleted on the secondary. Mount the volume"
              + " itself and start again; if the copy is to be the primary from now on, remove "
              + witnessPath
              + " and start again");
    }
  }
}
