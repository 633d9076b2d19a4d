package org.georep.replicator.crawl;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.PosixException;
import org.georep.protocol.DirectoryDigest;
import org.georep.protocol.EntryState;
import org.georep.protocol.Request;
import org.georep.protocol.Want;
import org.georep.replicator.plan.Filter;
import org.georep.replicator.volume.PrimaryDirectory;
import org.jspecify.annotations.Nullable;

/**
 * One directory of a walk: what its names are and what is at each. It keeps all it finds to itself
 * until it is done, so that several may be under way at once, each in one thread; then, in another
 * thread, its results may be asked for.
 */
final class Visit {
  private final Gfid gfid;
  private final PrimaryDirectory directory;
  private final Optional<EntryPath> path;
  private final Filter filter;
  private final Optional<Instant> since;
  private final List<Below> below = new ArrayList<>();
  private final List<Changed> changed = new ArrayList<>();
  private final List<HybridCrawl.Unreadable> failures = new ArrayList<>();
  private @Nullable DirectoryDigest digest;
  private boolean toBeListed;
  private long seen;

  /** A directory in it. */
  record Below(FileName name, Gfid gfid) {}

  /** A file in it that changed since what is known to be in step. */
  record Changed(FileName name, Request.Suspect suspect) {}

  /**
   * Prepares it.
   *
   * @param directory open; closed by {@link #run}
   * @param path where it is, if the filter is to be asked
   * @param since the stime before which everything is known to be in step; empty if nothing is
   */
  Visit(
      Gfid gfid,
      PrimaryDirectory directory,
      Optional<EntryPath> path,
      Filter filter,
      Optional<Instant> since) {
    this.gfid = gfid;
    this.directory = directory;
    this.path = path;
    this.filter = filter;
    this.since = since;
  }

  /** Makes it; a directory that cannot be read is among its failures. */
  void run() throws IOException {
    try (directory) {
      look();
    } catch (PosixException e) {
      failures.add(new HybridCrawl.Unreadable(gfid, Optional.empty(), e));
    }
  }

  private void look() throws IOException {
    DirectoryDigest.Builder builder = new DirectoryDigest.Builder();
    boolean certain = true;
    for (FileName name : directory.names()) {
      seen++;
      Optional<PrimaryDirectory.Glance> known =
          since.isEmpty() ? Optional.empty() : directory.glance(name).filter(this::isBefore);
      if (known.isPresent()) {
        if (!isExcluded(name, false)) {
          PrimaryDirectory.Glance at = known.get();
          builder.add(name, at.gfid(), at.kind(), at.ctime(), at.size());
        }
        continue;
      }
      Want want;
      try {
        want = directory.look(name);
      } catch (PosixException e) {
        failures.add(new HybridCrawl.Unreadable(gfid, Optional.of(name), e));
        continue;
      }
      if (!(want instanceof Want.Present present)) {
        certain &= !(want instanceof Want.Covered);
        continue;
      }
      EntryState state = present.state();
      if (isExcluded(name, state.isDirectory())) {
        continue;
      }
      certain &= !state.racy();
      builder.add(name, state.gfid(), state.kind(), state.ctime(), state.size());
      if (state.isDirectory()) {
        below.add(new Below(name, state.gfid()));
      } else if (state.isFile() && isSince(since, state.ctime())) {
        changed.add(
            new Changed(name, new Request.Suspect(state.gfid(), state.ctime(), state.size())));
      }
    }
    toBeListed = !certain || (since.isPresent() && isSince(since, directory.attributes().ctime()));
    digest = builder.finish(gfid);
  }

  /** Lets go of the directory without a visit. */
  void close() {
    directory.close();
  }

  private boolean isExcluded(FileName name, boolean isDirectory) {
    return path.isPresent() && filter.excludes(path.get().resolve(name), isDirectory);
  }

  private boolean isBefore(PrimaryDirectory.Glance glance) {
    return !isSince(since, glance.ctime());
  }

  /** Returns whether something with this ctime may have changed after what is in step. */
  static boolean isSince(Optional<Instant> since, Instant ctime) {
    return since.isEmpty() || !ctime.isBefore(since.get());
  }

  Gfid gfid() {
    return gfid;
  }

  /** Returns the digest, unless the directory could not be read. */
  Optional<DirectoryDigest> digest() {
    return Optional.ofNullable(digest);
  }

  /** Returns whether it is to be listed whatever its digest says. */
  boolean isToBeListed() {
    return toBeListed;
  }

  List<Below> below() {
    return below;
  }

  List<Changed> changed() {
    return changed;
  }

  List<HybridCrawl.Unreadable> failures() {
    return failures;
  }

  /** Returns how many names were met. */
  long seen() {
    return seen;
  }
}
