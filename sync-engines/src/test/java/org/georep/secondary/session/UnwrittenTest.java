package org.georep.secondary.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.georep.secondary.session.Desk.ROOT;
import static org.georep.secondary.session.Desk.at;
import static org.georep.secondary.session.Desk.file;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jnr.ffi.LibraryLoader;
import org.georep.posix.Errno;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.testing.FaultyLibc;
import org.georep.testing.LoopImage;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the disk of the secondary did not take is not believed, whatever memory shows. */
class UnwrittenTest {
  private static final String RIGHT = "right".repeat(2000);

  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private final FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());

  @BeforeEach
  void needsRoot() {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "owners and trusted attributes need root");
  }

  private Desk madeAt(Path root) throws Exception {
    Desk desk = new Desk(root, faulty.libc()).open(Request.Mode.REPLICATE);
    desk.lists(ROOT);
    desk.barrier(ROOT);
    desk.nextBatch();
    desk.puts(ROOT, "f", "f", RIGHT);
    return desk;
  }

  private static void asks(Desk desk) throws Exception {
    desk.ask(new Request.Barrier(desk.batch(), List.of(), Optional.of(Desk.TIME), desk.batch()));
  }

  private static boolean isWanted(Desk desk) throws Exception {
    return !desk.wants(at(ROOT, "f", file("f", RIGHT))).data().isEmpty();
  }

  private static boolean agrees(Desk desk) throws Exception {
    byte[] sha =
        MessageDigest.getInstance("SHA-256").digest(RIGHT.getBytes(StandardCharsets.UTF_8));
    Reply reply =
        desk.ask(
            new Request.CompareContents(
                desk.batch(), List.of(new Request.Content(file("f", RIGHT), sha))));
    return !((Reply.Same) reply).files().isEmpty();
  }

  /** The kernel tells of it once: asked again, it says that all is well. */
  @Test
  void aSyncThatFailedOnceIsNotMadeGoodByTheNext() throws Exception {
    try (LoopImage image = LoopImage.create(LoopImage.Kind.EXT4, sandbox.path(), 24)) {
      image.mount();
      Desk desk = madeAt(image.mountPoint());
      Program.check("sync", "-f", image.mountPoint().toString());
      spoil(image, desk.path("f"));
      assertThat(desk.path("f")).as("in memory").hasContent(RIGHT);
      faulty.fail(FaultyLibc.method("syncfs"), Errno.EIO).nth(1);
      assertThatThrownBy(() -> asks(desk)).hasMessageContaining("EIO");
      assertThatThrownBy(() -> asks(desk)).hasMessageContaining("did not take");
      assertThat(desk.path(".georep/stime")).content().isBlank();
      assertThatThrownBy(() -> desk.end(true)).isInstanceOf(IOException.class);

      Desk next = Desk.at(image.mountPoint());
      assertThat(isWanted(next)).isTrue();
      assertThat(agrees(next)).as("with what is on the disk").isFalse();
      next.sends(file("f", RIGHT), RIGHT);
      asks(next);
      next.end(true);
    }
  }

  /** libc's. */
  public interface Calls {
    /** dup2(2). */
    int dup2(int from, int to);
  }

  /** Where the inventory was is what takes everything, keeps nothing and cannot be synced. */
  @Test
  void anInventoryThatTheDiskDidNotTakeIsNotBelieved() throws Exception {
    Path root = sandbox.path().resolve("s");
    Desk desk = madeAt(root);
    Path inventory = desk.path(".georep/inventory");
    byte[] device = RawPath.toBytes(Path.of("/dev/null"));
    int nothing = NativeLibc.instance().openat(Linux.AT_FDCWD, device, Linux.O_RDWR, 0);
    Calls libc = LibraryLoader.create(Calls.class).load("c");
    assertThat(libc.dup2(nothing, descriptor(inventory))).isPositive();
    NativeLibc.instance().close(nothing);
    assertThatThrownBy(() -> asks(desk)).hasMessageContaining("inventory cannot be written");
    assertThat(inventory).doesNotExist();
    assertThatThrownBy(() -> asks(desk)).hasMessageContaining("made again at the next start");
    desk.end(false);
    assertThat(desk.path(".georep/running")).hasContent("unwritten");

    Desk next = Desk.at(root);
    assertThat(isWanted(next)).isTrue();
    assertThat(agrees(next)).isTrue();
    asks(next);
    next.end(true);
    assertThat(inventory).isNotEmptyFile();
  }

  private static int descriptor(Path file) throws Exception {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(each -> leadsTo(each, file))
          .mapToInt(each -> Integer.parseInt(each.getFileName().toString()))
          .findFirst()
          .orElseThrow();
    }
  }

  private static boolean leadsTo(Path link, Path file) {
    try {
      return Files.readSymbolicLink(link).equals(file);
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  /** Writes other bytes to where a file is on the disk, of which the kernel knows nothing. */
  private static void spoil(LoopImage image, Path file) throws Exception {
    String map = Program.check("filefrag", "-v", "-b1024", file.toString());
    Matcher first = Pattern.compile("(?m)^ *0: +0\\.\\. *[0-9]+: +([0-9]+)\\.\\.").matcher(map);
    assertThat(first.find()).as(map).isTrue();
    try (RandomAccessFile disk = new RandomAccessFile(image.image().toFile(), "rw")) {
      disk.seek(Long.parseLong(first.group(1)) * 1024);
      byte[] there = new byte[5];
      disk.readFully(there);
      assertThat(there).asString(StandardCharsets.US_ASCII).isEqualTo("right");
      disk.seek(disk.getFilePointer() - there.length);
      disk.write("wrong".getBytes(StandardCharsets.US_ASCII));
    }
  }

  @Test
  void nothingIsBelievedIfTheNextAgentDiesBeforeItHasLookedAtAll() throws Exception {
    Desk desk = madeAt(sandbox.path().resolve("s"));
    Path file = desk.path("f");
    FileTime time = Files.getLastModifiedTime(file);
    Files.writeString(file, "\0".repeat(RIGHT.length()));
    Files.setLastModifiedTime(file, time);
    desk.dies();
    Files.writeString(desk.path(".georep/running"), "00000000-0000-4000-8000-000000000000\n");
    Predicate<FaultyLibc.Call> closes = FaultyLibc.method("close");
    faulty.before(
        FaultyLibc.method("setxattr"),
        call -> {
          faulty.before(
              closes.negate(),
              any -> {
                throw new AssertionError("died");
              });
          throw new AssertionError("died");
        });
    assertThatThrownBy(() -> desk.open(Request.Mode.REPLICATE)).hasMessage("died");
    faulty.clear();
    desk.dies();
    desk.open(Request.Mode.REPLICATE);
    assertThat(isWanted(desk)).isTrue();
    desk.end(true);
  }
}
