package org.georep.replicator.crawl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.georep.name.Gfid;
import org.georep.posix.PosixException;
import org.georep.protocol.EntryState;
import org.georep.replicator.plan.DirtySet;
import org.georep.replicator.volume.PrimaryTree;
import org.jspecify.annotations.Nullable;

/**
 * Files that a process keeps mapped and writes to without any event. They are looked at before each
 * mark is believed: one whose ctime is not what it was is dirty.
 *
 * <p>The first write to a page that is clean sets the ctime; others go unseen until the kernel has
 * written the page back, after which the next one counts as the first again. So a file is dirty
 * once more when everything written about its ctime must have been written back. What is not
 * written back at all (tmpfs) has no such times: there a mapping's writes are found when it ends.
 * For one thread.
 */
public final class MappedFiles {
  private static final Duration WRITING = Duration.ofSeconds(5);

  private final PrimaryTree tree;
  private final Duration writeback;
  private Map<Gfid, Seen> known = new HashMap<>();

  private record Seen(Instant ctime, @Nullable Instant again) {}

  /**
   * Makes it, with nothing seen yet.
   *
   * @param writeback how long after a write its page is clean at the latest
   */
  public MappedFiles(PrimaryTree tree, Duration writeback) {
    this.tree = tree;
    this.writeback = writeback;
  }

  /** Makes it for this kernel's settings. */
  public static MappedFiles on(PrimaryTree tree) throws IOException {
    return new MappedFiles(
        tree,
        setting("dirty_expire_centisecs").plus(setting("dirty_writeback_centisecs")).plus(WRITING));
  }

  private static Duration setting(String name) throws IOException {
    String text = Files.readString(Path.of("/proc/sys/vm", name)).strip();
    return Duration.ofMillis(10 * Long.parseLong(text));
  }

  /** Adds those whose contents may have changed since this was last called. */
  public void addTo(DirtySet dirty, Instant now) throws IOException {
    Set<Gfid> mapped = tree.mapped();
    Map<Gfid, Seen> next = new HashMap<>();
    for (Gfid gfid : mapped) {
      try {
        Optional<EntryState> state = tree.look(gfid, Optional.empty());
        if (state.isPresent()) {
          next.put(gfid, look(gfid, state.get().ctime(), now, dirty));
        }
      } catch (PosixException e) {
        // It fails again where that is noted and tried on.
        dirty.addContents(gfid, Optional.empty());
      }
    }
    known = next;
  }

  private Seen look(Gfid gfid, Instant ctime, Instant now, DirtySet dirty) {
    Seen before = known.get(gfid);
    if (before == null || !before.ctime.equals(ctime)) {
      dirty.addContents(gfid, Optional.empty());
      return new Seen(ctime, now.plus(writeback));
    }
    if (before.again != null && !now.isBefore(before.again)) {
      dirty.addContents(gfid, Optional.empty());
      return new Seen(ctime, null);
    }
    return before;
  }
}
