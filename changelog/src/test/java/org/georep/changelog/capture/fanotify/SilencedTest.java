package org.georep.changelog.capture.fanotify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.georep.changelog.capture.Collected;
import org.georep.changelog.capture.VolumeRoot;
import org.georep.changelog.record.ChangeRecord;
import org.georep.name.Gfid;
import org.georep.posix.Libc;
import org.georep.posix.NativeLibc;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** More directories beside the volume than are remembered. */
final class SilencedTest {
  private static final int LIMIT = 3;

  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private final Libc libc = NativeLibc.instance();

  private Gfid elsewhere(int number) throws Exception {
    byte[] path = sandbox.directory("elsewhere" + number).toString().getBytes(UTF_8);
    try (VolumeRoot directory = VolumeRoot.open(libc, path)) {
      return directory.gfid();
    }
  }

  @Test
  void areAGapOnceADirectoryMovedIn() throws Exception {
    byte[] volume = sandbox.directory("volume").toString().getBytes(UTF_8);
    try (VolumeRoot root = VolumeRoot.open(libc, volume)) {
      DirectoryFinder finder = new DirectoryFinder(libc, root);
      DirectoryCache cache = new DirectoryCache(finder, LIMIT);
      RecordWriter writer = new RecordWriter(finder, cache, root.gfid(), 0);
      cache.announce(root.gfid()); // as if it had been outside until now
      for (int i = 1; i < LIMIT; i++) {
        cache.announce(elsewhere(i));
      }
      cache.directoryMovedIn();
      assertThat(mark(writer)).contains(new ChangeRecord.Outside(root.gfid())).noneMatch(this::gap);

      cache.announce(root.gfid());
      cache.announce(elsewhere(LIMIT));
      assertThat(mark(writer)).isEmpty(); // nothing moved in since
      cache.directoryMovedIn();
      assertThat(mark(writer)).singleElement().matches(this::gap);
      assertThat(mark(writer)).isEmpty();
    }
  }

  private boolean gap(ChangeRecord change) {
    return change instanceof ChangeRecord.Gap;
  }

  private static List<ChangeRecord> mark(RecordWriter writer) throws Exception {
    Collected collected = new Collected();
    writer.beforeMark(collected);
    return collected.records();
  }
}
