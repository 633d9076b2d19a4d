package org.georep.engine.rsync;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.georep.connection.Link;
import org.georep.engine.ContentSource;
import org.georep.engine.Engine;
import org.georep.engine.OpenFile;
import org.georep.engine.Outcome;
import org.georep.engine.ReadFailure;
import org.georep.engine.Shipment;
import org.georep.engine.Stop;
import org.georep.engine.Throttle;
import org.georep.engine.Torn;
import org.georep.name.EntryPath;
import org.georep.name.Gfid;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.PosixException;
import org.georep.protocol.EntryState;
import org.georep.protocol.Greeting;
import org.georep.protocol.Request.Staged;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries files with rsync, so that of a file the secondary has, only what differs travels. The
 * secondary's copy is the basis, found by path; the result is written whole into the job's place,
 * never over the copy. Contents are read by identity (see {@link IdentityTree}): a path that has
 * become wrong costs the basis, not the truth.
 *
 * <p>rsync names a file in the stage only when its checksum was verified, so what the agent finds
 * there is whole, however the run ended; and each file is looked at before and after, so that a
 * change in between is noticed. Files without a usable path are left to another engine. One run
 * makes holes, or makes none: files of the other kind are given back for the next.
 */
public final class RsyncEngine implements Engine {
  private static final Logger LOG = LoggerFactory.getLogger(RsyncEngine.class);

  /** Each file is held open for as long as the run takes. */
  private static final int MOST_FILES = 500;

  private final Libc libc;
  private final ContentSource source;
  private final Link link;
  private final byte[] root;
  private final RsyncProgram program;
  private final Throttle throttle;
  private final LongConsumer wire;

  /**
   * Makes the engine.
   *
   * @param root the secondary's directory, as the agent was told it
   * @param program the rsync of this host; that there is one on the other was checked
   * @param wire is told how many bytes more were written into channels, when a run ends
   */
  public RsyncEngine(
      Libc libc,
      ContentSource source,
      Link link,
      byte[] root,
      RsyncProgram program,
      Throttle throttle,
      LongConsumer wire) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.source = Objects.requireNonNull(source, "source is null");
    this.link = Objects.requireNonNull(link, "link is null");
    this.root = root.clone();
    this.program = Objects.requireNonNull(program, "program is null");
    this.throttle = Objects.requireNonNull(throttle, "throttle is null");
    this.wire = Objects.requireNonNull(wire, "wire is null");
  }

  @Override
  public String name() {
    return "rsync";
  }

  @Override
  public int mostFiles() {
    return MOST_FILES;
  }

  @Override
  public Shipment carry(String ticket, List<Gfid> files, Stop stop) throws InterruptedException {
    Run run = new Run(files);
    try (RsyncRun rsync = RsyncRun.create(program.path())) {
      try (IdentityTree tree = IdentityTree.in(libc, rsync.tree())) {
        run.open(tree);
        return run.sent.isEmpty() ? run.shipment(none()) : run.send(rsync, ticket, stop);
      } finally {
        run.closeAll();
      }
    } catch (IOException e) {
      // The temporary directory is full or gone, or rsync cannot be started.
      LOG.warn("rsync cannot be run, so tar is used instead: {}", e.getMessage());
      return run.shipment(none());
    }
  }

  private static Shipment.Missing none() {
    return new Shipment.Missing.Otherwise();
  }

  /** One file of a run. */
  private record Sent(Gfid gfid, OpenFile file, EntryPath path, EntryState before) {}

  /** The files of one run. */
  private final class Run {
    private final List<Gfid> files;
    private final List<Sent> sent = new ArrayList<>();
    private final Map<Gfid, Outcome> ended = new HashMap<>();
    private final List<Gfid> later = new ArrayList<>();
    private final List<Gfid> unfit = new ArrayList<>();
    private final List<Staged> staged = new ArrayList<>();
    private boolean ran;

    Run(List<Gfid> files) {
      this.files = files;
    }

    void open(IdentityTree tree) {
      for (int i = 0; i < files.size(); i++) {
        try {
          openOne(files.get(i), tree);
        } catch (IOException e) {
          boolean full = e instanceof PosixException posix && posix.is(Errno.EMFILE, Errno.ENFILE);
          if (full && !sent.isEmpty()) {
            later.addAll(files.subList(i, files.size()));
            return;
          }
          ended.put(files.get(i), ReadFailure.outcome(e));
        }
      }
    }

    private void openOne(Gfid gfid, IdentityTree tree) throws IOException {
      Optional<OpenFile> opened = source.open(gfid);
      if (opened.isEmpty()) {
        ended.put(gfid, new Outcome.Gone());
        return;
      }
      OpenFile file = opened.get();
      boolean kept = false;
      try {
        EntryState state = file.look();
        Optional<EntryPath> path = source.path(gfid);
        if (!state.isFile()) {
          ended.put(gfid, new Outcome.Failed(0, "it is no regular file any more"));
        } else if (!sent.isEmpty() && state.sparse() != sent.get(0).before().sparse()) {
          later.add(gfid);
        } else if (path.isEmpty() || !tree.add(path.get(), file.descriptor())) {
          unfit.add(gfid);
        } else {
          sent.add(new Sent(gfid, file, path.get(), state));
          kept = true;
        }
      } finally {
        if (!kept) {
          file.close();
        }
      }
    }

    Shipment send(RsyncRun rsync, String ticket, Stop stop)
        throws IOException, InterruptedException {
      RsyncRun.End end;
      try (Throttle.Share share = throttle.borrow()) {
        end =
            rsync.run(
                link.command(),
                new Greeting.Data(root, ticket),
                sent.stream().map(Sent::path).toList(),
                sent.get(0).before().sparse(),
                share.bytesPerSecond(),
                stop);
      }
      ran = true;
      wire.accept(RsyncEnd.bytesSent(end.output()));
      if (end.status() != 0) {
        LOG.debug("rsync ended with status {}: {}", end.status(), end.errors());
      }
      sent.forEach(this::lookAgain);
      return shipment(
          stop.requested()
              ? new Shipment.Missing.Again("the transfer was stopped")
              : RsyncEnd.missing(end.status(), end.errors()));
    }

    private void lookAgain(Sent one) {
      try {
        EntryState after = one.file().look();
        if (Torn.between(one.before(), after)) {
          ended.put(one.gfid(), new Outcome.Changed());
        } else {
          staged.add(new Staged(one.path(), after));
        }
      } catch (IOException e) {
        ended.put(one.gfid(), ReadFailure.outcome(e));
      }
    }

    void closeAll() {
      for (Sent one : sent) {
        try {
          one.file().close();
        } catch (IOException e) {
          // It was only read: what closing says changes nothing.
        }
      }
    }

    Shipment shipment(Shipment.Missing missing) {
      List<Gfid> without = new ArrayList<>(unfit);
      if (!ran) {
        // Whatever was not said of a file yet: rsync did not run.
        files.stream()
            .filter(gfid -> !ended.containsKey(gfid) && !later.contains(gfid))
            .filter(gfid -> !unfit.contains(gfid))
            .forEach(without::add);
      }
      return new Shipment(staged, ended, later, without, missing);
    }
  }
}
