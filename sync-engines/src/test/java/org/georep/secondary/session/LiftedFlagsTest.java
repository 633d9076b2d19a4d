package org.georep.secondary.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.georep.protocol.EntryState;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.protocol.Want;
import org.georep.testing.FaultyLibc;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Immutable and append-only flags on the secondary, also when the agent is killed at any call. */
class LiftedFlagsTest {
  private static final int I = Linux.FS_IMMUTABLE_FL;
  private static final int A = Linux.FS_APPEND_FL;

  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private Path top = Path.of("/");

  @BeforeEach
  void needs() {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "flags need root");
    top = sandbox.directory("secondaries");
    boolean known = Program.run(List.of("chattr", "+a", top.toString())).exitCode() == 0;
    assumeTrue(known, "the sandbox's file system knows no flags");
    clear();
  }

  @AfterEach
  void clear() {
    Program.run(List.of("chattr", "-R", "-f", "-i", "-a", top.toString()));
  }

  /** From here on nothing is changed any more. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  private static EntryState flagged(EntryState s, int flags) {
    return new EntryState(
        s.gfid(),
        s.kind(),
        s.permissions(),
        s.uid(),
        s.gid(),
        s.mtime(),
        s.ctime(),
        s.racy(),
        s.size(),
        s.sparse(),
        s.nlink(),
        s.rdev(),
        s.target(),
        s.xattrs(),
        flags);
  }

  private static int flags(Path path) throws Exception {
    return NativeLibc.instance().statx(Linux.AT_FDCWD, RawPath.toBytes(path), 0).flags();
  }

  /** A tree in which nearly nothing may be changed. */
  private Desk made(Path root, Libc libc) throws Exception {
    Desk desk = new Desk(root, libc).open(Request.Mode.REPLICATE);
    desk.wants(Desk.at(Desk.ROOT, "d", Desk.directory("D")));
    desk.wants(Desk.at(Desk.gfid("D"), "sub", Desk.directory("S")));
    for (String name : List.of("f", "g", "h")) {
      EntryState state = flagged(Desk.file(name, name), name.equals("h") ? A : I);
      desk.wants(Desk.at(Desk.gfid("D"), name, state));
      desk.sends(state, name);
    }
    desk.wants(
        Desk.at(Desk.gfid("D"), "sub", flagged(Desk.directory("S"), A)),
        Desk.at(Desk.ROOT, "d", flagged(Desk.directory("D"), I)));
    desk.barrier(Desk.ROOT, Desk.gfid("D"), Desk.gfid("S"));
    assertThat(flags(root.resolve("d"))).isEqualTo(I);
    assertThat(flags(root.resolve("d/sub"))).isEqualTo(A);
    assertThat(flags(root.resolve("d/f"))).isEqualTo(I);
    assertThat(flags(root.resolve("d/h"))).isEqualTo(A);
    return desk;
  }

  /** What the primary has meanwhile: f moved into sub, g replaced, h gone, all flags as before. */
  private static void change(Desk desk) throws IOException {
    desk.nextBatch();
    EntryState other = flagged(Desk.file("G2", "other"), I);
    desk.wants(
        Desk.absent(Desk.gfid("D"), "f"),
        Desk.absent(Desk.gfid("D"), "h"),
        Desk.at(Desk.gfid("D"), "g", other),
        Desk.at(Desk.gfid("D"), "sub", flagged(Desk.directory("S"), A)),
        Desk.at(Desk.gfid("S"), "f", flagged(Desk.file("f", "f"), I)),
        Desk.at(Desk.ROOT, "d", flagged(Desk.directory("D"), I)));
    desk.sends(other, "other");
    desk.barrier();
  }

  private static void assertChanged(Desk desk) throws Exception {
    assertThat(Desk.names(desk.path("d"))).containsExactly("g", "sub");
    assertThat(Files.readString(desk.path("d/g"))).isEqualTo("other");
    assertThat(Files.readString(desk.path("d/sub/f"))).isEqualTo("f");
    assertThat(flags(desk.path("d"))).isEqualTo(I);
    assertThat(flags(desk.path("d/sub"))).isEqualTo(A);
    assertThat(flags(desk.path("d/g"))).isEqualTo(I);
    assertThat(flags(desk.path("d/sub/f"))).isEqualTo(I);
    assertThat(desk.path(".georep/lifted")).isEmptyDirectory();
    assertThat(desk.path(".georep/limbo")).isEmptyDirectory();
    assertThat(desk.conflicts()).isEmpty();
  }

  @Test
  void isNoHindranceAndKept() throws Exception {
    Desk desk = made(top.resolve("s"), NativeLibc.instance());
    change(desk);
    assertChanged(desk);
    desk.end(true);
  }

  @Test
  void flagsThatCannotBeSetAgainAreSetAfterTheNextRequest() throws Exception {
    FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
    Desk desk = made(top.resolve("s"), faulty.libc());
    faulty.fail(FaultyLibc.method("setFlags"), Errno.EIO).from(2); // the first one lifts them
    desk.wants(
        Desk.at(Desk.gfid("D"), "f", flagged(Desk.with(Desk.file("f", "f"), 7, List.of()), I)));
    assertThat(flags(desk.path("d/f"))).isZero();
    faulty.clear();
    desk.wants();
    assertThat(flags(desk.path("d/f"))).isEqualTo(I);
    assertThat(desk.path(".georep/lifted")).isEmptyDirectory();
    desk.end(true);
  }

  @Test
  void whatOthersFlaggedIsAsOnThePrimary() throws Exception {
    Desk desk = made(top.resolve("s"), NativeLibc.instance());
    Program.check("chattr", "-i", desk.path("d").toString(), desk.path("d/g").toString());
    Program.check("chattr", "+a", desk.path("d").toString());
    Files.writeString(desk.path("foreign"), "x");
    Program.check("chattr", "+i", desk.path("foreign").toString());
    change(desk);
    desk.lists(Desk.ROOT, Desk.present("d", flagged(Desk.directory("D"), I)));
    assertThat(desk.conflicts())
        .as("what was in the way, and what others had touched when other contents came")
        .containsExactly("d/g", "foreign");
    Path kept = desk.path(".georep/conflicts");
    kept = kept.resolve(Desk.names(kept).get(0)).resolve("foreign");
    assertThat(flags(kept)).as("as it was").isEqualTo(I);
    desk.end(true);
  }

  @Test
  void cameBackAfterACrashAtAnyCall() throws Exception {
    Set<String> calls = new HashSet<>();
    for (int at = 1; killed(top.resolve("s" + at), at, calls); at++) {
      Path root = top.resolve("s" + at);
      Program.check("sync", "-f", root.toString());
      int lifted = count(root);
      Desk again = reopened(root);
      assertThat(count(root))
          .as("of what was there all have their flags after call %d of %s", at, calls)
          .isGreaterThanOrEqualTo(lifted);
      assertThat(again.path(".georep/lifted"))
          .satisfiesAnyOf(
              path -> assertThat(path).isEmptyDirectory(), path -> assertThat(path).doesNotExist());
      assertThat(flags(root.resolve("d"))).isEqualTo(I);
      assertThat(flags(root.resolve("d/sub"))).isEqualTo(A);
      change(again);
      EntryState other = flagged(Desk.file("G2", "other"), I);
      again.sends(other, "other");
      Want d = Desk.present("d", flagged(Desk.directory("D"), I));
      Reply.Reconciled end = again.lists(Desk.ROOT, d);
      assertThat(end.failures()).isEmpty();
      again.nextBatch();
      again.barrier();
      assertChanged(again);
      again.end(true);
      Program.check("chattr", "-R", "-f", "-i", "-a", root.toString());
      Program.check("rm", "-r", root.toString());
    }
    assertThat(calls).contains("setFlags", "renameat2", "unlinkat", "linkat", "symlinkat");
  }

  /** Makes the tree and changes it by an agent killed at a call; returns false if it was not. */
  private boolean killed(Path root, int at, Set<String> calls) throws Exception {
    made(root, NativeLibc.instance()).end(true);
    FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
    Desk desk = new Desk(root, faulty.libc());
    desk.open(Request.Mode.REPLICATE);
    AtomicInteger left = new AtomicInteger(at);
    faulty.before(
        LiftedFlagsTest::isChange,
        call -> {
          calls.add(call.method());
          if (left.decrementAndGet() <= 0) {
            throw new Killed();
          }
        });
    try {
      change(desk);
      return false;
    } catch (Killed e) {
      return true;
    } finally {
      desk.end(false);
    }
  }

  private static Desk reopened(Path root) throws Exception {
    return new Desk(root).open(Request.Mode.REPLICATE);
  }

  private static boolean isChange(FaultyLibc.Call call) {
    return List.of(
            "setFlags",
            "renameat2",
            "unlinkat",
            "linkat",
            "symlinkat",
            "setxattr",
            "fchmodat",
            "utimensat",
            "mkdirat")
        .contains(call.method());
  }

  private static int count(Path root) {
    String all =
        Program.check(
            "sh", "-c", "cd " + root + "; find d -exec lsattr -d {} + | grep -c '^[^ ]*[ia]'; :");
    return Integer.parseInt(all.strip());
  }
}
