package org.georep.secondary.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.georep.secondary.session.Desk.ROOT;
import static org.georep.secondary.session.Desk.absent;
import static org.georep.secondary.session.Desk.at;
import static org.georep.secondary.session.Desk.file;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.georep.posix.NativeLibc;
import org.georep.protocol.MinFree;
import org.georep.protocol.Request;
import org.georep.secondary.failpoint.AgentFailpoint;
import org.georep.secondary.session.FailpointPlay.Happening;
import org.georep.testing.FaultyLibc;
import org.georep.testing.Killing;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In which order an agent's system calls make things durable, and what it believes afterwards. */
class DurabilityOrderTest {
  private static final Set<String> CHANGES =
      Set.of(
          "mkdirat",
          "mknodat",
          "linkat",
          "symlinkat",
          "renameat2",
          "unlinkat",
          "fchownat",
          "fchmodat",
          "utimensat",
          "setxattr",
          "lsetxattr",
          "removexattr",
          "lremovexattr",
          "write",
          "ftruncate");

  @BeforeEach
  void needsRoot() {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "owners and trusted attributes need root");
  }

  /** What happened while barriers were asked for, one list each; the rest is in the last. */
  private static List<List<Happening>> barriers(List<Happening> all) {
    List<List<Happening>> barriers = new ArrayList<>();
    List<Happening> rest = new ArrayList<>();
    List<Happening> into = rest;
    for (Happening each : all) {
      if (each.words().equals(Happening.ASKED)) {
        into = new ArrayList<>();
        barriers.add(into);
      } else if (each.words().equals(Happening.ANSWERED)) {
        into = rest;
      } else {
        into.add(each);
      }
    }
    barriers.add(rest);
    return barriers;
  }

  private static boolean is(Happening happening, String method) {
    return happening.call().filter(call -> call.method().equals(method)).isPresent();
  }

  private static int index(List<Happening> all, AgentFailpoint failpoint) {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).words().equals(failpoint.name())) {
        return i;
      }
    }
    throw new AssertionError(failpoint + " was not reached: " + all);
  }

  private static boolean changes(Happening happening) {
    return happening.call().map(FaultyLibc.Call::method).filter(CHANGES::contains).isPresent();
  }

  @Test
  void everyBarrierSyncsThenClearsThenClaimsThenLetsGo() throws Throwable {
    List<List<Happening>> barriers;
    try (Quick quick = new Quick()) {
      barriers = barriers(FailpointPlay.recorded(quick.root()));
    }
    List<Happening> rest = barriers.remove(barriers.size() - 1);
    assertThat(barriers).hasSizeGreaterThan(3);
    int cleared = 0;
    int discarded = 0;
    for (List<Happening> barrier : barriers) {
      List<Happening> calls = barrier.stream().filter(each -> each.call().isPresent()).toList();
      // A look at the free space aside, the first thing is to sync all that came before.
      Happening first =
          calls.stream().filter(each -> changes(each) || is(each, "syncfs")).findFirst().get();
      assertThat(first.words()).startsWith("syncfs");
      int synced = index(barrier, AgentFailpoint.BARRIER_SYNCED);
      int clear = index(barrier, AgentFailpoint.BARRIER_CLEARED);
      int claimed = index(barrier, AgentFailpoint.BARRIER_STIME);
      int letGo = index(barrier, AgentFailpoint.BARRIER_DISCARDED);
      int done = index(barrier, AgentFailpoint.BARRIER_DONE);
      assertThat(List.of(synced, clear, claimed, letGo, done)).isSorted();
      // Between the sync and the claim nothing changes but marks of directories.
      for (Happening each : barrier.subList(synced, clear)) {
        assertThat(!changes(each) || is(each, "setxattr")).as("%s", each).isTrue();
        cleared += is(each, "setxattr") ? 1 : 0;
      }
      assertThat(steps(barrier.subList(clear, claimed)))
          .as("how stime is written")
          .containsExactly(
              "openat stime.spare",
              "write stime.spare",
              "ftruncate stime.spare",
              "fsync stime.spare",
              "renameat2 stime.spare stime",
              "fsync directory");
      for (int i = 0; i < barrier.size(); i++) {
        if (barrier.get(i).words().equals(AgentFailpoint.DISCARD_LEFT.name())) {
          assertThat(i).isBetween(claimed, letGo);
          discarded++;
        }
      }
    }
    assertThat(cleared).as("marks cleared").isPositive();
    assertThat(discarded).as("items let go").isPositive();
    assertThat(rest)
        .as("no claim, and no mark cleared, without a barrier")
        .noneMatch(each -> each.words().equals(AgentFailpoint.BARRIER_STIME.name()))
        .noneMatch(each -> each.words().equals(AgentFailpoint.BARRIER_MARK_CLEARED.name()));
  }

  /** The calls that write a small file, by what they are about. */
  private static List<String> steps(List<Happening> part) {
    List<String> steps = new ArrayList<>();
    String open = "";
    for (Happening each : part) {
      if (each.call().isEmpty()) {
        continue;
      }
      FaultyLibc.Call call = each.call().get();
      List<String> names =
          call.paths().stream()
              .map(path -> Path.of(new String(path, java.nio.charset.StandardCharsets.UTF_8)))
              .map(path -> path.getFileName().toString())
              .toList();
      switch (call.method()) {
        case "openat" -> {
          open = names.get(0);
          if (open.startsWith("stime")) {
            steps.add("openat " + open);
          }
        }
        case "unlinkat", "renameat2" -> steps.add(call.method() + " " + String.join(" ", names));
        case "write", "ftruncate" -> steps.add(call.method() + " " + names.get(0));
        case "fsync" ->
            steps.add("fsync " + (names.get(0).startsWith("stime") ? names.get(0) : "directory"));
        default -> {
          assertThat(changes(each)).as("%s", each).isFalse();
        }
      }
    }
    return steps;
  }

  /**
   * With little room limbo lets go before stime claims, for that makes the room to write it. Who
   * dies between the two has the old stime and what was synced, and a replay that wants the item
   * which is gone is told to send it.
   */
  @Test
  void withLittleRoomLimboLetsGoFirstAndWhatAReplayMissesIsSentAgain() throws Throwable {
    FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
    try (Quick quick = new Quick()) {
      Desk desk = new Desk(quick.root(), faulty.libc()).open(Request.Mode.REPLICATE);
      desk.lists(ROOT);
      desk.puts(ROOT, "f", "f", "left");
      desk.puts(ROOT, "g", "g", "right");
      claims(desk, 1);
      desk.minFree(new MinFree(0, MinFree.WHOLE)).again(true);

      desk.wants(absent(ROOT, "f"));
      List<Happening> barrier = new ArrayList<>();
      faulty.before(
          call -> true, call -> barrier.add(new Happening(call.toString(), Optional.of(call))));
      Killing.during(at -> barrier.add(new Happening(at.name())), () -> claims(desk, 2));
      faulty.clear();
      assertThat(barrier.stream().filter(each -> changes(each) || is(each, "syncfs")).findFirst())
          .hasValueSatisfying(first -> assertThat(first.words()).startsWith("syncfs"));
      int cleared = index(barrier, AgentFailpoint.BARRIER_CLEARED);
      int left = index(barrier, AgentFailpoint.DISCARD_LEFT);
      int claimed = index(barrier, AgentFailpoint.BARRIER_STIME);
      assertThat(List.of(index(barrier, AgentFailpoint.BARRIER_SYNCED), cleared, left, claimed))
          .isSorted();
      assertThat(barrier.subList(cleared, left).stream().filter(each -> changes(each)))
          .isNotEmpty()
          .allMatch(each -> is(each, "unlinkat"));
      assertThat(desk.path(".georep/stime")).hasContent(Desk.TIME.plusSeconds(2).toString());

      desk.wants(absent(ROOT, "g"));
      assertThat(Desk.names(desk.path(".georep/limbo"))).hasSize(1);
      faulty.crash(
          call -> call.toString().startsWith("write") && call.toString().contains("stime"));
      assertThatThrownBy(() -> claims(desk, 3)).isInstanceOf(FaultyLibc.Crashed.class);
      faulty.clear();
      desk.dies();
      assertThat(Desk.names(desk.path(".georep/limbo"))).isEmpty();
      assertThat(desk.path(".georep/stime")).hasContent(Desk.TIME.plusSeconds(2).toString());

      desk.minFree(MinFree.NONE).open(Request.Mode.REPLICATE);
      assertThat(desk.wants(at(ROOT, "h", file("g", "right"))).data()).hasSize(1);
      desk.sends(file("g", "right"), "right");
      claims(desk, 4);
      assertThat(desk.path("h")).hasContent("right");
      assertThat(Desk.names(quick.root())).containsExactly(".georep", "h");
      desk.end(true);
    }
  }

  private static void claims(Desk desk, int seconds) throws IOException {
    Optional<Instant> stime = Optional.of(Desk.TIME.plusSeconds(seconds));
    desk.ask(new Request.Barrier(desk.batch(), List.of(), stime, desk.batch()));
    desk.nextBatch();
  }

  /** The name and the mark of new contents may outlive a power cut that the contents do not. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatWasRecordedSinceTheLastBarrierIsNotBelievedAfterAPowerCut(boolean cut) throws Exception {
    try (Quick quick = new Quick()) {
      Desk desk = Desk.at(quick.root());
      desk.lists(ROOT);
      desk.barrier(ROOT);
      desk.nextBatch();
      desk.puts(ROOT, "f", "f", "right");
      Path file = desk.path("f");
      FileTime time = Files.getLastModifiedTime(file);
      Files.writeString(file, "\0\0\0\0\0");
      Files.setLastModifiedTime(file, time);
      desk.dies();
      if (cut) {
        Files.writeString(desk.path(".georep/running"), "00000000-0000-4000-8000-000000000000\n");
      }
      desk.open(Request.Mode.REPLICATE);
      // Only killed, the agent may rely on the mark: nothing it wrote was lost then.
      assertThat(desk.wants(at(ROOT, "f", file("f", "right"))).data()).hasSize(cut ? 1 : 0);
      if (cut) {
        desk.sends(file("f", "right"), "right");
        assertThat(file).hasContent("right");
      }
      desk.end(true);
    }
  }
}
