package org.georep.secondary.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.secondary.failpoint.FailoverFailpoint;
import org.georep.testing.Killing;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A secondary in the midst of its work is promoted, and the promotion dies at each step. */
class PromotionTest {
  private static final Instant STIME = Instant.parse("2026-01-02T03:04:05Z");

  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private Path root = Path.of("/");

  /**
   * An agent dies with a file renamed half way, one listed half way, one whose contents changed.
   */
  @BeforeEach
  void makeInTheMidst() throws Exception {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "trusted attributes need root");
    root = sandbox.path().resolve("secondary");
    Desk desk = Desk.at(root);
    desk.lists(
        Desk.ROOT,
        Desk.present("a", Desk.file("a", "contents of a")),
        Desk.present("b", Desk.file("b", "old")),
        Desk.present("l", Desk.file("l", "linked")),
        Desk.present("l2", Desk.file("l", "linked")),
        Desk.present("whole", Desk.directory("whole")));
    desk.sends(Desk.file("a", "contents of a"), "contents of a");
    desk.sends(Desk.file("b", "old"), "old");
    desk.sends(Desk.file("l", "linked"), "linked");
    desk.lists(Desk.gfid("whole"));
    desk.ask(
        new Request.Barrier(
            desk.batch(), List.of(Desk.ROOT, Desk.gfid("whole")), Optional.of(STIME), -1));
    desk.nextBatch();
    desk.ask(
        new Request.Reconcile(
            desk.batch(),
            List.of(),
            List.of(Desk.gfid("b")),
            List.of(),
            List.of(
                Desk.absent(Desk.ROOT, "a"),
                Desk.absent(Desk.ROOT, "l2"),
                Desk.at(Desk.ROOT, "half", Desk.directory("half"))),
            List.of(),
            List.of()));
    Files.writeString(desk.place(desk.opensJob()).resolve("f"), "half of a fi");
    desk.dies();
    assertThat(Desk.names(root.resolve(".georep/limbo"))).hasSize(1);
    assertThat(root.resolve("a")).doesNotExist();
  }

  private static SecondarySession agent() {
    return new Desk(Path.of("/nowhere")).agent();
  }

  private Reply promote(boolean dryRun) throws Exception {
    try (SecondarySession agent = agent()) {
      return agent.handle(new Request.Promote(RawPath.toBytes(root), dryRun));
    }
  }

  private void assertPromoted(Reply reply) throws Exception {
    assertThat(reply).isInstanceOf(Reply.Promoted.class);
    Reply.Promoted promoted = (Reply.Promoted) reply;
    assertThat(promoted.epoch()).isEqualTo(1);
    assertThat(promoted.stime()).contains(STIME);
    assertThat(promoted.known()).isTrue();
    assertThat(promoted.incomplete()).isEqualTo(1);
    assertThat(promoted.doubted()).isEqualTo(1);
    assertThat(promoted.placeless()).isEqualTo(1);
    assertThat(promoted.paths().stream().map(String::valueOf)).containsExactly("half", "b");
    assertThat(Desk.names(root)).containsExactly(".georep", "b", "half", "l", "whole");
    assertThat(Desk.names(root.resolve(".georep/limbo"))).isEmpty();
    assertThat(Desk.names(root.resolve(".georep/stage/jobs"))).isEmpty();
    Path kept = kept();
    assertThat(kept).hasContent("contents of a");
    assertThat(Files.readString(root.resolve(".georep/id"), StandardCharsets.US_ASCII))
        .contains("epoch=1\n", "settled=yes\n");
    Reply refused = new Desk(root).hello(Request.Mode.REPLICATE);
    assertThat(refused).isInstanceOf(Reply.Refused.class);
    assertThat(((Reply.Refused) refused).reason()).isEqualTo(Reply.Refusal.PROMOTED);
    assertThat(((Reply.Refused) refused).sentence())
        .contains("georep failback", "georep session delete");
  }

  private Path kept() throws Exception {
    try (var all = Files.walk(root.resolve(".georep/conflicts"))) {
      List<Path> files = all.filter(Files::isRegularFile).toList();
      assertThat(files).hasSize(1);
      return files.get(0);
    }
  }

  @Test
  void whatIsHalfDoneIsSetAsideAndTold() throws Exception {
    assertPromoted(promote(false));
    Reply.Promoted again = (Reply.Promoted) promote(false);
    assertThat(again.before()).isTrue();
    assertPromoted(again);
  }

  @Test
  void aDryRunChangesNothing() throws Exception {
    Reply.Promoted told = (Reply.Promoted) promote(true);
    assertThat(told.before()).isFalse();
    assertThat(told.stime()).contains(STIME);
    assertThat(new Desk(root).hello(Request.Mode.REPLICATE)).isInstanceOf(Reply.Welcome.class);
  }

  @Test
  void whatIsNoSecondaryIsRefused() throws Exception {
    root = sandbox.directory("ordinary");
    Reply.Refused refused = (Reply.Refused) promote(false);
    assertThat(refused.sentence()).contains("no secondary");
    root = sandbox.path().resolve("missing");
    assertThat(promote(false)).isInstanceOf(Reply.Refused.class);
    assertThat(root).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "PROMOTE_.*")
  void afterADeathItGoesOn(FailoverFailpoint at) throws Throwable {
    boolean[] died = {false};
    Killing.during(
        failpoint -> {
          if (failpoint == at) {
            died[0] = true;
            throw new IllegalStateException("dies");
          }
        },
        () -> {
          try {
            promote(false);
          } catch (IllegalStateException e) {
            assertThat(died[0]).isTrue();
          }
        });
    assertThat(died[0]).isTrue();
    Reply refused = new Desk(root).hello(Request.Mode.ADOPT, new UUID(7, 8));
    assertThat(((Reply.Refused) refused).reason()).isEqualTo(Reply.Refusal.PROMOTED);
    Reply.Promoted again = (Reply.Promoted) promote(false);
    assertThat(again.before()).isFalse();
    assertPromoted(again);
  }
}
