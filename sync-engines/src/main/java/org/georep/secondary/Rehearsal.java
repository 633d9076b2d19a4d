package org.georep.secondary;

import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.VolumeId;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.georep.protocol.EntryState;
import org.georep.protocol.Frame;
import org.georep.protocol.FrameReader;
import org.georep.protocol.FrameWriter;
import org.georep.protocol.Keeping;
import org.georep.protocol.Kind;
import org.georep.protocol.Listing;
import org.georep.protocol.MessageCodec;
import org.georep.protocol.MinFree;
import org.georep.protocol.PieceWriter;
import org.georep.protocol.Request;
import org.georep.protocol.Want;
import org.georep.secondary.session.SecondarySession;

/**
 * A session of a few entries in a directory of its own, so that Java can make an archive of the
 * classes an agent needs ({@code -XX:ArchiveClassesAtExit}). Nothing but its time depends on it.
 */
public final class Rehearsal {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Gfid ROOT = Gfid.of(new byte[] {1});
  private static final Gfid DIRECTORY = Gfid.of(new byte[] {2});
  private static final Gfid FILE = Gfid.of(new byte[] {3});
  private static final Gfid LINK = Gfid.of(new byte[] {4});
  private static final int PIPE = 1 << 16;

  private final FrameWriter out;
  private final FrameReader in;
  private long ids;

  private Rehearsal(FrameWriter out, FrameReader in) {
    this.out = out;
    this.in = in;
  }

  /** Runs it: {@code DIR}, which is missing or empty, and is left with what was made there. */
  public static void main(String[] args) throws IOException, InterruptedException {
    run(RawPath.toBytes(Path.of(args[0])));
  }

  static void run(byte[] root) throws IOException, InterruptedException {
    SecondarySession handler =
        new SecondarySession(
            NativeLibc.instance(), Clock.systemUTC(), AgentVersion.VERSION, FarPrograms::versions);
    try (PipedOutputStream requests = new PipedOutputStream();
        PipedInputStream asked = new PipedInputStream(requests, PIPE);
        PipedOutputStream answers = new PipedOutputStream();
        PipedInputStream replies = new PipedInputStream(answers, PIPE)) {
      AgentSession session = new AgentSession(handler, RootRule.of());
      Thread agent = new Thread(() -> serve(session, asked, answers), "rehearsal");
      agent.setDaemon(true);
      agent.start();
      new Rehearsal(new FrameWriter(requests), new FrameReader(replies)).play(root);
      agent.join(PATIENCE.toMillis());
    }
  }

  private static void serve(
      AgentSession session, PipedInputStream asked, PipedOutputStream answers) {
    try {
      session.serve(asked, answers, PATIENCE);
    } catch (IOException | InterruptedException e) {
      System.err.println("georep agent: the rehearsal ended early: " + e);
    }
  }

  private void play(byte[] root) throws IOException {
    ask(
        new Request.Hello(
            root,
            UUID.randomUUID(),
            VolumeId.fresh(),
            ROOT,
            Request.Mode.REPLICATE,
            "rehearsal",
            Keeping.NOTHING,
            MinFree.NONE));
    EntryState file = state(FILE, Kind.FILE);
    Listing top = new Listing(ROOT, List.of(want("d", DIRECTORY, Kind.DIRECTORY)), true, true);
    ask(reconcile(1, List.of(top), state(ROOT, Kind.DIRECTORY)));
    Listing below =
        new Listing(
            DIRECTORY,
            List.of(new Want.Present(FileName.of("f"), file), want("l", LINK, Kind.SYMLINK)),
            true,
            true);
    ask(reconcile(2, List.of(below), state(DIRECTORY, Kind.DIRECTORY)));
    PieceWriter pieces = new PieceWriter();
    pieces.begin(2, file, 0);
    pieces.data(0, ByteBuffer.wrap(new byte[(int) file.size()]));
    pieces.end(Optional.empty());
    long stream = ++ids;
    out.write(new Frame(Frame.Type.CONTENT, stream, pieces.take()));
    out.write(new Frame(Frame.Type.CONTENT_END, stream, new byte[0]));
    await(stream);
    ask(reconcile(3, List.of(), state(DIRECTORY, Kind.DIRECTORY)));
    ask(new Request.Barrier(3, List.of(ROOT, DIRECTORY), Optional.of(Instant.EPOCH), 3));
    ask(new Request.Goodbye());
  }

  private static Request reconcile(long batch, List<Listing> listings, EntryState directory) {
    return new Request.Reconcile(
        batch, List.of(), List.of(), List.of(), List.of(), listings, List.of(directory));
  }

  private static Want want(String name, Gfid gfid, Kind kind) {
    return new Want.Present(FileName.of(name), state(gfid, kind));
  }

  private static EntryState state(Gfid gfid, Kind kind) {
    return new EntryState(
        gfid,
        kind,
        0700,
        0,
        0,
        Instant.EPOCH,
        Instant.EPOCH,
        false,
        kind == Kind.FILE ? 1 : 0,
        false,
        1,
        0,
        kind == Kind.SYMLINK
            ? Optional.of("f".getBytes(StandardCharsets.US_ASCII))
            : Optional.empty(),
        List.of());
  }

  private void ask(Request request) throws IOException {
    long id = ++ids;
    out.write(new Frame(Frame.Type.REQUEST, id, MessageCodec.encode(request)));
    await(id);
  }

  private void await(long id) throws IOException {
    out.flush();
    Optional<Frame> frame = in.read();
    while (frame.isPresent()
        && !(frame.get().type() == Frame.Type.REPLY && frame.get().id() == id)) {
      frame = in.read();
    }
    if (frame.isEmpty()) {
      throw new IOException("the session ended before its last answer");
    }
    MessageCodec.decodeReply(frame.get().body());
  }
}
