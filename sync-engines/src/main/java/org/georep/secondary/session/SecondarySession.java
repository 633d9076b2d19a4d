package org.georep.secondary.session;

import java.io.IOException;
import java.time.Clock;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.georep.posix.Libc;
import org.georep.protocol.Packing;
import org.georep.protocol.ProtocolException;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.protocol.RequestHandler;
import org.georep.secondary.durability.UpTime;
import org.jspecify.annotations.Nullable;

/**
 * Answers the requests of one connection: Hello opens a secondary, the rest goes to it.
 *
 * <p>A clean end, after Goodbye or when the connection is lost, makes everything durable; a process
 * that is killed leaves a sign from which the next start knows to look at the tree.
 */
public final class SecondarySession implements RequestHandler {
  private final Libc libc;
  private final Opening opening;
  private final String version;
  private final Supplier<Map<String, String>> programs;
  private final Failover failover;
  private final Candidacy candidacy;
  private volatile LongSupplier signs = System::nanoTime;
  private volatile @Nullable OpenSecondary secondary;
  private @Nullable Preview preview;
  private @Nullable Survey survey;

  /**
   * Makes one.
   *
   * @param version the agent's version
   * @param programs finds the data programs of this host and their versions
   */
  public SecondarySession(
      Libc libc, Clock clock, String version, Supplier<Map<String, String>> programs) {
    this(libc, new Opening(libc, clock), version, programs);
  }

  SecondarySession(
      Libc libc, Opening opening, String version, Supplier<Map<String, String>> programs) {
    this(libc, opening, version, programs, UpTime.KERNEL);
  }

  SecondarySession(
      Libc libc,
      Opening opening,
      String version,
      Supplier<Map<String, String>> programs,
      UpTime time) {
    this.candidacy = new Candidacy(libc, time, () -> signs.getAsLong());
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.failover = new Failover(libc, opening);
    this.opening = Objects.requireNonNull(opening, "opening is null");
    this.version = Objects.requireNonNull(version, "version is null");
    this.programs = Objects.requireNonNull(programs, "programs is null");
  }

  @Override
  public void watch(LongSupplier peer) {
    signs = Objects.requireNonNull(peer, "peer is null");
  }

  @Override
  public void contents(long stream, byte[] body) throws IOException {
    open().receiver().take(stream, body);
  }

  @Override
  public Reply publish(long stream) throws IOException {
    candidacy.require();
    return open().publish(stream);
  }

  private OpenSecondary open() throws IOException {
    OpenSecondary open = secondary;
    if (open == null) {
      throw new ProtocolException("contents were sent to no open secondary");
    }
    return open;
  }

  @Override
  public Reply handle(Request request) throws IOException {
    if (request instanceof Request.Unpacks) {
      if (!Packing.isAvailable()) {
        throw new IOException("there is no zstd for this machine");
      }
      return new Reply.Done();
    } else if (request instanceof Request.DigestBlocks digest) {
      return open().bases().digest(digest);
    } else if (request instanceof Request.Ping) {
      return new Reply.Done();
    } else if (request instanceof Request.Stand stand) {
      return stand(stand);
    } else if (request instanceof Request.LeaseBeat beat) {
      return candidacy.beat(beat);
    } else if (request instanceof Request.Hello hello) {
      candidacy.require();
      return open(hello);
    } else if (request instanceof Request.Goodbye) {
      end();
      return new Reply.Done();
    } else if (request instanceof Request.Preview wanted) {
      if (preview == null) {
        throw new IOException("a preview needs a Hello that asks for one");
      }
      return preview.of(wanted);
    } else if (request instanceof Request.Survey) {
      if (survey == null) {
        throw new IOException("a survey needs a Hello that asks for a preview");
      }
      return survey.make();
    } else if (Failover.takes(request)) {
      if (secondary != null) {
        throw new IOException("this connection has a secondary open already");
      }
      return failover.handle(request);
    }
    OpenSecondary open = secondary;
    if (open == null) {
      throw new IOException("no secondary is open: a Hello comes first");
    }
    candidacy.require();
    return open.handle(request);
  }

  private Reply stand(Request.Stand request) throws IOException {
    try {
      return candidacy.stand(request, secondary != null);
    } catch (Refusal e) {
      return e.toReply();
    }
  }

  private Reply open(Request.Hello hello) throws IOException {
    if (secondary != null || preview != null) {
      throw new IOException("this connection has a secondary open already");
    }
    try {
      if (hello.mode() == Request.Mode.PREVIEW) {
        preview = Preview.open(libc, hello);
        survey = opening.survey(hello.root());
        return new Reply.Welcome(
            version, true, Optional.empty(), 0, opening.isRoot(), programs.get(), opening.notes(0));
      }
      Opening.Opened opened = opening.open(hello);
      secondary = opened.secondary();
      return new Reply.Welcome(
          version,
          opened.fresh(),
          opened.files().readStime(),
          opened.id().epoch(),
          opening.isRoot(),
          programs.get(),
          opening.notes(opened.secondary().withheld()));
    } catch (Refusal e) {
      return e.toReply();
    }
  }

  private void end() throws IOException {
    OpenSecondary ending = secondary;
    secondary = null;
    if (ending != null) {
      ending.close();
    }
    if (preview != null) {
      preview.close();
      preview = null;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      end();
    } finally {
      try {
        failover.close();
      } finally {
        candidacy.close();
      }
    }
  }

  /** Ends as a killed process does, but lets go of descriptors and the lock. */
  void abandon() throws IOException {
    OpenSecondary ending = secondary;
    secondary = null;
    candidacy.abandon();
    if (ending != null) {
      ending.abandon();
    }
  }
}
