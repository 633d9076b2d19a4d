package org.georep.secondary.reconcile;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.georep.name.Gfid;
import org.georep.posix.PosixException;
import org.georep.protocol.DirectoryDigest;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.secondary.identity.Inventory;
import org.georep.secondary.tree.Directories;
import org.georep.secondary.tree.Directory;

/**
 * The agent's part of a hybrid crawl: says where what was last applied differs, and at the end
 * doubts all that the crawl did not meet, since it was outside the volume while nobody looked.
 */
public final class Crawl {
  private final Inventory inventory;
  private final Directories directories;
  private final Incomplete incomplete;
  private final Reconciler reconciler;
  private final Contents contents;
  private final Set<Gfid> met = new HashSet<>();
  private final DirectoryDigest.Builder builder = new DirectoryDigest.Builder();

  Crawl(
      Inventory inventory,
      Directories directories,
      Incomplete incomplete,
      Reconciler reconciler,
      Contents contents) {
    this.inventory = Objects.requireNonNull(inventory, "inventory is null");
    this.directories = Objects.requireNonNull(directories, "directories is null");
    this.incomplete = Objects.requireNonNull(incomplete, "incomplete is null");
    this.reconciler = Objects.requireNonNull(reconciler, "reconciler is null");
    this.contents = Objects.requireNonNull(contents, "contents is null");
  }

  /** Begins one: nothing was met yet. */
  public void begin() {
    met.clear();
  }

  /** Returns those of these directories whose listing is wanted; all count as met. */
  public Reply.Different compare(List<DirectoryDigest> digests) throws PosixException {
    List<Gfid> different = new ArrayList<>();
    for (DirectoryDigest digest : digests) {
      Gfid gfid = digest.directory();
      met.add(gfid);
      if (incomplete.contains(gfid) || directories.get(gfid) == null || !agrees(digest)) {
        different.add(gfid);
      }
      directories.trim();
    }
    return new Reply.Different(different);
  }

  private boolean agrees(DirectoryDigest digest) {
    boolean[] known = {true};
    inventory.names(
        digest.directory(),
        (name, entry) -> {
          if (entry.kept()) {
            return;
          }
          if (entry.ctime().isEmpty()) {
            known[0] = false;
          } else {
            builder.add(name, entry.gfid(), entry.kind(), entry.ctime().get(), entry.size());
          }
        });
    DirectoryDigest here = builder.finish(digest.directory());
    return known[0] && here.equals(digest);
  }

  /** Returns the known ones of these files whose contents were not read at exactly this ctime. */
  public Reply.Different suspects(List<Request.Suspect> files) {
    List<Gfid> unverified = new ArrayList<>();
    for (Request.Suspect file : files) {
      if (!inventory.places(file.gfid()).isEmpty()
          && !contents.isVerified(file.gfid(), file.ctime())) {
        unverified.add(file.gfid());
      }
    }
    return new Reply.Different(unverified);
  }

  /** Ends it. */
  public void end(long batch) throws PosixException {
    List<Gfid> unmet = new ArrayList<>();
    inventory.directories(
        gfid -> {
          if (!met.contains(gfid)) {
            unmet.add(gfid);
          }
        });
    for (Gfid gfid : unmet) {
      Directory directory = directories.get(gfid);
      if (directory != null) {
        reconciler.doubt(directory, batch);
      }
      directories.trim();
    }
    contents.doubtFilesOf(directories.limbo(), batch);
    met.clear();
  }
}
