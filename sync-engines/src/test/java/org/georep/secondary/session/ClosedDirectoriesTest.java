package org.georep.secondary.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.georep.name.Gfid;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.georep.protocol.EntryState;
import org.georep.protocol.Kind;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.protocol.Xattr;
import org.georep.testing.FaultyLibc;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Directories whose mode shuts out their owner, which binds an agent that is not root. Runs as such
 * a user by {@link OtherUserTest}.
 */
class ClosedDirectoriesTest {
  private static final Libc LIBC = NativeLibc.instance();
  private static final Gfid OUTER = Desk.gfid("outer");
  private static final Gfid INNER = Desk.gfid("inner");

  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private Path root = Path.of("/");
  private Desk desk = new Desk(root);

  @BeforeEach
  void make() throws Exception {
    assumeTrue(LIBC.geteuid() != 0, "modes do not bind root");
    root = sandbox.path().resolve("s");
    desk = Desk.at(root);
  }

  @AfterEach
  void end() throws Exception {
    desk.end(true);
  }

  private static EntryState closed(Gfid gfid, int mode, Xattr... xattrs) {
    EntryState state = Desk.state("x", Kind.DIRECTORY, mode, 0, null);
    return new EntryState(
        gfid,
        Kind.DIRECTORY,
        mode,
        LIBC.geteuid(),
        LIBC.getegid(),
        state.mtime(),
        state.ctime(),
        false,
        0,
        false,
        1,
        0,
        state.target(),
        List.of(xattrs));
  }

  private static Xattr acl(int ownerMay) {
    byte[] acl = {
      2,
      0,
      0,
      0, //
      1,
      0,
      (byte) ownerMay,
      0,
      -1,
      -1,
      -1,
      -1, // the owner
      2,
      0,
      7,
      0,
      1,
      0,
      0,
      0, // user 1
      4,
      0,
      5,
      0,
      -1,
      -1,
      -1,
      -1, // the group
      0x10,
      0,
      7,
      0,
      -1,
      -1,
      -1,
      -1, // the mask
      0x20,
      0,
      0,
      0,
      -1,
      -1,
      -1,
      -1 // others
    };
    return new Xattr("system.posix_acl_access".getBytes(StandardCharsets.US_ASCII), acl);
  }

  /** Without the help of modes: opens what is closed, looks, and closes it again. */
  private static int mode(Path directory) throws Exception {
    return LIBC.statx(Linux.AT_FDCWD, RawPath.toBytes(directory), 0).permissions();
  }

  private void assertModes(int outer, int inner) throws Exception {
    assertThat(mode(desk.path("o"))).isEqualTo(outer);
    LIBC.fchmodat(Linux.AT_FDCWD, RawPath.toBytes(desk.path("o")), 0700);
    try {
      assertThat(mode(desk.path("o/i"))).isEqualTo(inner);
    } finally {
      LIBC.fchmodat(Linux.AT_FDCWD, RawPath.toBytes(desk.path("o")), outer);
    }
    assertThat(opened()).isEmpty();
  }

  private List<String> opened() throws Exception {
    Path notes = desk.path(".georep/opened");
    return Files.exists(notes) ? Desk.names(notes) : List.of();
  }

  private void wants(Gfid directory, String name, EntryState state) throws Exception {
    Reply.Reconciled answer = desk.wants(Desk.at(directory, name, state));
    assertThat(answer.failures()).isEmpty();
  }

  private void nested(int outer, int inner) throws Exception {
    wants(Desk.ROOT, "o", closed(OUTER, outer));
    wants(OUTER, "i", closed(INNER, inner));
    assertModes(outer, inner);
  }

  @ParameterizedTest
  @ValueSource(ints = {0500, 0000, 0300, 0400, 01555})
  void areFilledOneBelowAnother(int mode) throws Exception {
    nested(mode, mode);
    wants(INNER, "l", Desk.link("L", "t"));
    desk.puts(INNER, "f", "F", "contents");
    wants(OUTER, "d", closed(Desk.gfid("D"), mode));
    assertModes(mode, mode);
    desk.again(false);
    assertModes(mode, mode);
    desk.puts(INNER, "f", "F", "other");
    assertModes(mode, mode);
    Files.setPosixFilePermissions(
        desk.path("o"), java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
    Files.setPosixFilePermissions(
        desk.path("o/i"), java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
    assertThat(Files.readString(desk.path("o/i/f"))).isEqualTo("other");
    assertThat(Files.readSymbolicLink(desk.path("o/i/l"))).hasToString("t");
    assertThat(Files.getLastModifiedTime(desk.path("o/i")).toInstant()).isEqualTo(Desk.TIME);
  }

  @ParameterizedTest
  @ValueSource(ints = {0500, 0000})
  void areMoved(int mode) throws Exception {
    nested(mode, mode);
    wants(Desk.ROOT, "p", closed(Desk.gfid("P"), mode));
    assertThat(
            desk.wants(Desk.absent(OUTER, "i"), Desk.at(Desk.gfid("P"), "j", closed(INNER, mode)))
                .failures())
        .isEmpty();
    assertThat(mode(desk.path("p"))).isEqualTo(mode);
    assertThat(mode(desk.path("o"))).isEqualTo(mode);
    // And with its mode changed by the same request.
    desk.wants(Desk.absent(Desk.gfid("P"), "j"), Desk.at(OUTER, "i", closed(INNER, 0111)));
    assertModes(mode, 0111);
  }

  @ParameterizedTest
  @ValueSource(ints = {0500, 0000})
  void areRemoved(int mode) throws Exception {
    nested(mode, mode);
    wants(INNER, "l", Desk.link("L", "t"));
    desk.nextBatch();
    assertThat(desk.wants(Desk.absent(Desk.ROOT, "o")).failures()).isEmpty();
    assertThat(desk.barrier().limbo()).isZero();
    assertThat(Desk.names(desk.path(".georep/limbo"))).isEmpty();
    assertThat(opened()).isEmpty();
  }

  @Test
  void areOpenedAndClosedByOneRequest() throws Exception {
    nested(0500, 0500);
    // An answer to the metadata of both in one request: the outer is closed before the inner.
    EntryState outer = closed(OUTER, 0000);
    EntryState inner = closed(INNER, 0100);
    assertThat(desk.wants(Desk.at(Desk.ROOT, "o", outer), Desk.at(OUTER, "i", inner)).failures())
        .isEmpty();
    assertModes(0000, 0100);
    assertThat(
            desk.wants(
                    Desk.at(Desk.ROOT, "o", closed(OUTER, 0755)),
                    Desk.at(OUTER, "i", closed(INNER, 0755)))
                .failures())
        .isEmpty();
    assertModes(0755, 0755);
  }

  @Test
  void areClosedByAnAcl() throws Exception {
    wants(Desk.ROOT, "o", closed(OUTER, 0070, acl(0)));
    wants(OUTER, "i", closed(INNER, 0570, acl(5)));
    wants(INNER, "l", Desk.link("L", "t"));
    assertModes(0070, 0570);
  }

  @ParameterizedTest
  @ValueSource(ints = {0500, 0000, 0600, 0400})
  void theRootIsOpenedAgain(int mode) throws Exception {
    Reply answer =
        desk.ask(
            new Request.Reconcile(
                desk.batch(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(closed(Desk.ROOT, mode))));
    assertThat(((Reply.Reconciled) answer).failures()).isEmpty();
    assertThat(mode(root)).isEqualTo(mode);
    for (boolean clean : new boolean[] {true, false}) {
      desk.again(clean);
      assertThat(mode(root)).isEqualTo(mode);
      wants(Desk.ROOT, "l" + clean, Desk.link("L" + clean, "t"));
      assertThat(mode(root)).isEqualTo(mode);
    }
    desk.end(true);
    assertThat(new Desk(root).hello(Request.Mode.REPLICATE, UUID.randomUUID()))
        .isInstanceOf(Reply.Refused.class);
    assertThat(mode(root)).as("who is refused leaves it as it was").isEqualTo(mode);
    desk = Desk.at(root);
    LIBC.fchmodat(Linux.AT_FDCWD, RawPath.toBytes(root), 0700);
    assertThat(root.resolve("ltrue")).isSymbolicLink();
    assertThat(root.resolve("lfalse")).isSymbolicLink();
    assertThat(opened()).isEmpty();
  }

  @Test
  void areGivenTheirModesBackAfterAKill() throws Exception {
    nested(0500, 0000);
    Path notes = Files.createDirectories(desk.path(".georep/opened"));
    desk.end(false);
    // As one leaves it that is killed while both are open.
    for (String name : new String[] {"o", "o/i"}) {
      LIBC.fchmodat(Linux.AT_FDCWD, RawPath.toBytes(desk.path(name)), 0700);
    }
    Files.createSymbolicLink(notes.resolve(OUTER.toString()), Path.of("500"));
    Files.createSymbolicLink(notes.resolve(INNER.toString()), Path.of("0"));
    desk = Desk.at(root);
    assertModes(0500, 0000);
  }

  /** From here on nothing is changed any more. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void areClosedAgainWhereverTheAgentIsKilled() throws Exception {
    desk.end(true);
    boolean killed = true;
    Set<String> calls = new HashSet<>();
    for (int at = 1; killed; at++) {
      root = sandbox.path().resolve("k" + at);
      desk = Desk.at(root);
      nested(0500, 0500);
      desk.end(true);
      FaultyLibc faulty = new FaultyLibc(LIBC);
      Desk other = new Desk(root, faulty.libc());
      other.open(Request.Mode.REPLICATE);
      AtomicInteger left = new AtomicInteger(at);
      faulty.before(
          FaultyLibc.method("fchmodat", "symlinkat", "unlinkat", "setxattr", "renameat2"),
          call -> {
            calls.add(call.method());
            if (left.decrementAndGet() <= 0) {
              throw new Killed();
            }
          });
      killed = false;
      try {
        other.wants(Desk.at(INNER, "l", Desk.link("L", "t")));
      } catch (Killed e) {
        killed = true;
      } finally {
        other.end(false);
      }
      desk = Desk.at(root);
      assertModes(0500, 0500);
      if (killed) {
        desk.end(true);
      }
    }
    assertThat(calls).contains("fchmodat", "symlinkat", "unlinkat", "renameat2");
  }
}
