package org.georep.secondary.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.georep.name.Gfid;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.georep.protocol.BlockDigests;
import org.georep.protocol.EntryState;
import org.georep.protocol.Kind;
import org.georep.protocol.PieceWriter;
import org.georep.protocol.ProtocolException;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.testing.LoopImage;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Contents that come over the agent's own connection. */
class StreamedContentsTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private long stream;

  private Reply.Published sends(Desk desk, EntryState state, String contents) throws Exception {
    return (Reply.Published)
        Streams.publish(desk.agent(), ++stream, desk.batch(), state, contents.getBytes(UTF_8));
  }

  private static Path contents(Desk desk) {
    return desk.path(".georep/stage/contents");
  }

  @Test
  void newFileHasItsContentsAndAttributesAtOnce() throws Exception {
    Desk desk = Desk.at(sandbox.path().resolve("s"));
    EntryState state = Desk.file("F", "text");
    desk.wants(Desk.at(Desk.ROOT, "f", state));
    assertThat(sends(desk, state, "text").published()).containsExactly(state.gfid());
    assertThat(desk.path("f")).hasContent("text");
    assertThat(Files.getAttribute(desk.path("f"), "unix:mode")).isEqualTo(0100640);
    assertThat(Files.getLastModifiedTime(desk.path("f"))).isEqualTo(FileTime.from(state.mtime()));
    assertThat(contents(desk)).isEmptyDirectory();
    // It has its mark: wanted once more, nothing is needed.
    assertThat(desk.wants(Desk.at(Desk.ROOT, "f", state)).data()).isEmpty();
    desk.end(true);
  }

  @Test
  void newVersionTakesTheOldOnesPlace() throws Exception {
    Desk desk = Desk.at(sandbox.path().resolve("s"));
    EntryState first = Desk.file("F", "text");
    desk.wants(Desk.at(Desk.ROOT, "f", first), Desk.at(Desk.ROOT, "g", first));
    sends(desk, first, "text");
    EntryState second = Desk.file("F", "longer text");
    desk.wants(Desk.at(Desk.ROOT, "f", second), Desk.at(Desk.ROOT, "g", second));
    assertThat(sends(desk, second, "longer text").published()).hasSize(1);
    assertThat(desk.path("f")).hasContent("longer text");
    assertThat(Files.getAttribute(desk.path("f"), "unix:ino"))
        .isEqualTo(Files.getAttribute(desk.path("g"), "unix:ino"));
    assertThat(contents(desk)).isEmptyDirectory();
    desk.end(true);
  }

  @Test
  void whatNobodyWantsIsNotKept() throws Exception {
    Desk desk = Desk.at(sandbox.path().resolve("s"));
    EntryState state = Desk.file("F", "text");
    assertThat(sends(desk, state, "text").unwanted()).containsExactly(state.gfid());
    assertThat(contents(desk)).isEmptyDirectory();
    desk.end(true);
  }

  @Test
  void doubtedContentsArePublishedAndNotBelieved() throws Exception {
    Desk desk = Desk.at(sandbox.path().resolve("s"));
    EntryState state = Desk.file("F", "text");
    desk.wants(Desk.at(Desk.ROOT, "f", state));
    long read = desk.batch();
    desk.nextBatch();
    desk.ask(
        new Request.Reconcile(
            desk.batch(),
            List.of(),
            List.of(state.gfid()),
            List.of(),
            List.of(),
            List.of(),
            List.of()));
    Streams.publish(desk.agent(), ++stream, read, state, "text".getBytes(UTF_8));
    assertThat(desk.path("f")).hasContent("text");
    assertThat(desk.wants(Desk.at(Desk.ROOT, "f", state)).data()).hasSize(1);
    desk.end(true);
  }

  @Test
  void copyFoundToBeEqualIsBelievedIfItStillIsTheOneThatWasRead() throws Exception {
    Desk desk = Desk.at(sandbox.path().resolve("s"));
    EntryState state = Desk.file("F", "text");
    desk.wants(Desk.at(Desk.ROOT, "f", state));
    sends(desk, state, "text");
    desk.nextBatch();
    List<Gfid> dirty = List.of(state.gfid());
    desk.ask(
        new Request.Reconcile(
            desk.batch(), List.of(), dirty, List.of(), List.of(), List.of(), List.of()));
    assertThat(desk.ask(new Request.OpenBasis(1, state.gfid())))
        .isEqualTo(new Reply.BasisOpened(4));
    Request.Confirm early = new Request.Confirm(desk.batch() - 1, 1, state);
    assertThat(((Reply.Same) desk.ask(early)).files()).isEmpty();
    Request.Confirm confirm = new Request.Confirm(desk.batch(), 1, state);
    Files.setLastModifiedTime(desk.path("f"), FileTime.fromMillis(1));
    assertThat(((Reply.Same) desk.ask(confirm)).files()).isEmpty();
    Files.setLastModifiedTime(desk.path("f"), FileTime.from(state.mtime()));
    assertThat(((Reply.Same) desk.ask(confirm)).files()).containsExactly(state.gfid());
    assertThat(desk.wants(Desk.at(Desk.ROOT, "f", state)).data()).isEmpty();
    desk.end(true);
  }

  @Test
  void fileWithoutAnEndIsDropped() throws Exception {
    Desk desk = Desk.at(sandbox.path().resolve("s"));
    EntryState state = Desk.file("F", "text");
    desk.wants(Desk.at(Desk.ROOT, "f", state));
    PieceWriter pieces = new PieceWriter();
    pieces.begin(desk.batch(), state, 0);
    pieces.data(0, ByteBuffer.wrap("te".getBytes(UTF_8)));
    desk.agent().contents(++stream, pieces.take());
    assertThat(((Reply.Published) desk.agent().publish(stream)).published()).isEmpty();
    assertThat(contents(desk)).isEmptyDirectory();
    assertThat(desk.path("f")).doesNotExist();
    desk.end(true);
  }

  @Test
  void nothingIsWrittenBehindTheEnd() throws Exception {
    Desk desk = Desk.at(sandbox.path().resolve("s"));
    EntryState state = Desk.file("F", "text");
    PieceWriter pieces = new PieceWriter();
    pieces.begin(desk.batch(), state, 0);
    pieces.data(1, ByteBuffer.wrap("text".getBytes(UTF_8)));
    byte[] body = pieces.take();
    assertThatThrownBy(() -> desk.agent().contents(++stream, body))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("behind the end");
    desk.end(true);
  }

  @Test
  void whatIsCopiedIsDigestedAsItIsOnTheDisk() throws Exception {
    Desk desk = Desk.at(sandbox.path().resolve("s"));
    byte[] bytes = new byte[(40 << 20) + 5];
    new Random(7).nextBytes(bytes);
    EntryState state = Desk.state("F", Kind.FILE, 0644, bytes.length, null);
    desk.wants(Desk.at(Desk.ROOT, "f", state));
    PieceWriter whole = new PieceWriter();
    whole.begin(desk.batch(), state, 0);
    stream++;
    for (int at = 0; at < bytes.length; at += 1 << 20) {
      whole.data(at, ByteBuffer.wrap(bytes, at, Math.min(1 << 20, bytes.length - at)));
      desk.agent().contents(stream, whole.take());
    }
    whole.end(Optional.empty());
    desk.agent().contents(stream, whole.take());
    assertThat(((Reply.Published) desk.agent().publish(stream)).published()).hasSize(1);
    byte[] digest = BlockDigests.root(digests(desk.path("f"), bytes.length));
    for (int wrong : new int[] {-1, 3, (30 << 20) + 1, bytes.length - 1}) {
      if (wrong >= 0) {
        put(desk.path("f"), wrong, bytes[wrong] + 1);
      }
      desk.ask(new Request.OpenBasis(1, state.gfid()));
      PieceWriter pieces = new PieceWriter();
      pieces.begin(desk.batch(), state, 1);
      for (int at = 0; at < bytes.length; at += 1 << 20) {
        pieces.copy(at, Math.min(1 << 20, bytes.length - at));
      }
      pieces.end(Optional.of(digest));
      desk.agent().contents(++stream, pieces.take());
      List<Gfid> missing = ((Reply.Published) desk.agent().publish(stream)).missing();
      assertThat(missing.contains(state.gfid())).as("byte %d", wrong).isEqualTo(wrong >= 0);
      if (wrong >= 0) {
        put(desk.path("f"), wrong, bytes[wrong]);
      }
    }
    desk.end(true);
  }

  private static void put(Path file, long at, int value) throws IOException {
    try (RandomAccessFile copy = new RandomAccessFile(file.toFile(), "rw")) {
      copy.seek(at);
      copy.write(value);
    }
  }

  private static byte[] digests(Path file, long size) throws IOException {
    Libc libc = NativeLibc.instance();
    int open = libc.openat(Linux.AT_FDCWD, RawPath.toBytes(file), Linux.O_RDONLY, 0);
    try {
      return BlockDigests.ofFile(libc, open, size);
    } finally {
      libc.close(open);
    }
  }

  @Test
  void fullDiskIsAFailureOfTheFileThatDoesNotFit() throws Exception {
    LoopImage.assumeAvailable(LoopImage.Kind.EXT4);
    Path mount = Files.createDirectory(sandbox.path().resolve("m"));
    try (var image = LoopImage.create(LoopImage.Kind.EXT4, mount, 32)) {
      image.mount();
      Desk desk = Desk.at(image.mountPoint().resolve("s"));
      EntryState small = Desk.file("A", "text");
      String much = "x".repeat(1 << 20);
      EntryState large = Desk.file("B", much.repeat(64));
      EntryState last = Desk.file("C", "more");
      desk.wants(
          Desk.at(Desk.ROOT, "a", small),
          Desk.at(Desk.ROOT, "b", large),
          Desk.at(Desk.ROOT, "c", last));
      stream++;
      PieceWriter pieces = new PieceWriter();
      pieces.begin(desk.batch(), small, 0);
      pieces.data(0, ByteBuffer.wrap("text".getBytes(UTF_8)));
      pieces.end(Optional.empty());
      pieces.begin(desk.batch(), large, 0);
      for (int i = 0; i < 64; i++) {
        pieces.data((long) i << 20, ByteBuffer.wrap(much.getBytes(UTF_8)));
        desk.agent().contents(stream, pieces.take());
      }
      pieces.end(Optional.empty());
      pieces.begin(desk.batch(), last, 0);
      pieces.data(0, ByteBuffer.wrap("more".getBytes(UTF_8)));
      pieces.end(Optional.empty());
      desk.agent().contents(stream, pieces.take());
      Reply.Published reply = (Reply.Published) desk.agent().publish(stream);
      assertThat(reply.published()).isEqualTo(List.of(small.gfid(), last.gfid()));
      assertThat(reply.failures()).hasSize(1);
      assertThat(reply.failures().get(0).errno()).isEqualTo(Errno.ENOSPC);
      assertThat(contents(desk)).isEmptyDirectory();
      desk.end(true);
    }
  }
}
