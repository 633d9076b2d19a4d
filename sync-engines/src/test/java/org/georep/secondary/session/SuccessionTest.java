package org.georep.secondary.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.georep.name.Gfid;
import org.georep.name.VolumeId;
import org.georep.posix.Identity;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.georep.posix.Stat;
import org.georep.protocol.Keeping;
import org.georep.protocol.Kind;
import org.georep.protocol.Relative;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.protocol.Token;
import org.georep.secondary.failpoint.FailoverFailpoint;
import org.georep.testing.Killing;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An old primary is handed over, also after a death at each step; and who may not be is refused.
 */
class SuccessionTest {
  private static final VolumeId FORMER = new VolumeId(new UUID(3, 4));
  private static final Libc LIBC = NativeLibc.instance();

  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private Path root = Path.of("/");

  @BeforeEach
  void make() throws Exception {
    assumeTrue(LIBC.geteuid() == 0, "trusted attributes need root");
    root = sandbox.directory("old");
    Files.createDirectory(root.resolve(".georep"));
    Files.writeString(root.resolve(".georep/volume"), FORMER + "\n");
    Files.createDirectory(root.resolve("d"));
    Files.writeString(root.resolve("d/same"), "same");
    Files.writeString(root.resolve("changed"), "longer than it was");
    Files.writeString(root.resolve("gone"), "gone");
    Files.writeString(root.resolve("gone-changed"), "gone, and changed here");
    Files.writeString(root.resolve("unknown"), "unknown");
  }

  private static Stat stat(Path path) throws Exception {
    return LIBC.statx(Linux.AT_FDCWD, RawPath.toBytes(path), Linux.AT_SYMLINK_NOFOLLOW);
  }

  private Gfid own(String name) throws Exception {
    int descriptor =
        LIBC.openat(
            Linux.AT_FDCWD,
            RawPath.toBytes(root.resolve(name)),
            Linux.O_PATH | Linux.O_NOFOLLOW,
            0);
    try {
      return Identity.on(LIBC, descriptor).of(descriptor);
    } finally {
      LIBC.close(descriptor);
    }
  }

  private Relative relative(String name, Optional<String> ours, boolean sameSize, boolean untouched)
      throws Exception {
    Stat stat = stat(root.resolve(name));
    return new Relative(
        own(name),
        ours.map(Desk::gfid),
        Kind.ofMode(stat.mode()),
        stat.isDirectory()
            ? Optional.empty()
            : Optional.of(new Token(stat.mtime(), sameSize ? stat.size() : 3)),
        untouched ? Optional.of(stat.ctime()) : Optional.of(stat.ctime().minusSeconds(9)),
        Optional.of(Desk.TIME),
        true);
  }

  private Request.Handover handover(long epoch) {
    return new Request.Handover(
        RawPath.toBytes(root),
        Desk.SESSION,
        new VolumeId(Desk.SESSION),
        Desk.ROOT,
        FORMER,
        epoch,
        "promoted:/vol");
  }

  private static SecondarySession agent() {
    return new Desk(Path.of("/nowhere")).agent();
  }

  private Reply handOver() throws Exception {
    List<Relative> kin =
        List.of(
            relative("d", Optional.of("d"), true, true),
            relative("d/same", Optional.of("same"), true, true),
            relative("changed", Optional.of("changed"), false, false),
            relative("gone", Optional.empty(), true, true),
            relative("gone-changed", Optional.empty(), true, false));
    try (SecondarySession agent = agent()) {
      assertThat(agent.handle(handover(1))).isEqualTo(new Reply.Done());
      assertThat(agent.handle(new Request.TakeKin(kin.subList(0, 2), false)))
          .isEqualTo(new Reply.Done());
      return agent.handle(new Request.TakeKin(kin.subList(2, 5), true));
    }
  }

  /** What a session that knows the epoch finds, and does. */
  private void assertHandedOver() throws Exception {
    SecondarySession agent = agent();
    Reply old = new Desk(root).hello(Request.Mode.REPLICATE);
    assertThat(((Reply.Refused) old).reason()).as("epoch 0").isEqualTo(Reply.Refusal.PROMOTED);
    Request.Hello hello =
        new Request.Hello(
            RawPath.toBytes(root),
            Desk.SESSION,
            new VolumeId(Desk.SESSION),
            Desk.ROOT,
            Request.Mode.REPLICATE,
            "promoted:/vol",
            Keeping.NOTHING,
            org.georep.protocol.MinFree.NONE,
            1,
            Optional.empty());
    Reply reply = agent.handle(hello);
    assertThat(reply).isInstanceOf(Reply.Welcome.class);
    assertThat(((Reply.Welcome) reply).fresh()).isFalse();
    assertThat(((Reply.Welcome) reply).stime()).isEmpty();
    Reply.Reconciled moved =
        (Reply.Reconciled)
            agent.handle(
                new Request.Reconcile(
                    1,
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(
                        Desk.at(Desk.ROOT, "renamed", Desk.file("same", "same")),
                        Desk.absent(Desk.ROOT, "gone"),
                        Desk.absent(Desk.ROOT, "gone-changed"),
                        Desk.absent(Desk.ROOT, "unknown"),
                        Desk.absent(Desk.gfid("d"), "same")),
                    List.of(),
                    List.of()));
    assertThat(moved.failures()).isEmpty();
    agent.handle(new Request.Barrier(1, List.of(), Optional.empty(), 1));
    agent.close();
    assertThat(root.resolve("renamed")).hasContent("same");
    assertThat(root.resolve("gone")).doesNotExist();
    assertThat(new Desk(root).conflicts()).containsExactly("gone-changed", "unknown");
  }

  @Test
  void itIsASecondaryThen() throws Exception {
    assertThat(handOver()).isEqualTo(new Reply.HandedOver(3, 1, 2));
    try (SecondarySession agent = agent()) {
      assertThat(agent.handle(handover(1))).as("again").isEqualTo(new Reply.HandedOver(0, 0, 0));
    }
    assertHandedOver();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "HANDOVER_.*")
  void afterADeathItIsDoneAgain(FailoverFailpoint at) throws Throwable {
    List<FailoverFailpoint> died = new ArrayList<>();
    Killing.during(
        failpoint -> {
          if (failpoint == at) {
            died.add(at);
            throw new IllegalStateException("dies");
          }
        },
        () -> {
          try {
            handOver();
          } catch (IllegalStateException e) {
            assertThat(died).isNotEmpty();
          }
        });
    assertThat(died).containsExactly(at);
    assertThat(root.resolve(".georep/id")).doesNotExist();
    assertThat(handOver()).isInstanceOf(Reply.HandedOver.class);
    assertHandedOver();
  }

  @Test
  void anotherVolumeIsRefused() throws Exception {
    Files.writeString(root.resolve(".georep/volume"), new UUID(1, 1) + "\n");
    try (SecondarySession agent = agent()) {
      Reply refused = agent.handle(handover(1));
      assertThat(((Reply.Refused) refused).reason()).isEqualTo(Reply.Refusal.OTHER_SESSION);
    }
  }

  @Test
  void onePromotedAsOftenIsRefused() throws Exception {
    handOver();
    try (SecondarySession agent = agent()) {
      agent.handle(new Request.Promote(RawPath.toBytes(root), false));
    }
    try (SecondarySession agent = agent()) {
      Reply refused = agent.handle(handover(2));
      assertThat(((Reply.Refused) refused).reason()).isEqualTo(Reply.Refusal.PROMOTED);
      assertThat(agent.handle(handover(3))).isEqualTo(new Reply.Done());
    }
  }
}
