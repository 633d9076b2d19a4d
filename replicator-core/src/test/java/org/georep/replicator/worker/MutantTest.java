package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.georep.changelog.capture.CaptureWish;
import org.georep.engine.EngineChoice;
import org.georep.testing.LoopImage;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the tests are worth: georep with one thing taken out of it is found out, whole it is not.
 */
class MutantTest {
  private static final int VERSIONS = 12;

  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private Path primary;

  @ParameterizedTest
  @EnumSource(
      value = Mutant.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"OVERFLOW_MARK_DROPPED"})
  void agents(Mutant mutant) throws Exception {
    LoopImage.assumeAvailable(LoopImage.Kind.XFS);
    List<String> complaints = new ArrayList<>();
    primary = sandbox.directory("primary");
    Path patched = mutant.writtenTo(sandbox.path().resolve("patched"));
    try (ClassPathFront front = new ClassPathFront(patched);
        CutImage image = new CutImage(LoopImage.Kind.EXT4, sandbox.path())) {
      assertThat(front).isNotNull();
      Path secondary = image.mountPoint().resolve("copy");
      TestSession session =
          TestSession.local(primary, sandbox.directory("state"), secondary, EngineChoice.AUTO)
              .capture(CaptureWish.FANOTIFY);
      prepare();
      Files.write(primary.resolve("versions"), TornWatch.version(VERSIONS));
      try (Scene scene = new Scene(primary, secondary, session);
          Scene.Replicating replicating = scene.start()) {
        replicating.awaitInStep();
        change();
        complaints.addAll(newVersions(secondary, replicating));
        Path clone = image.cut();
        try (CutImage.Shown shown = image.show(clone)) {
          assertThat(shown).isNotNull();
          for (String line : InStep.differences(primary, image.shown().resolve("copy"))) {
            complaints.add("on the disk: " + line);
          }
        }
        for (String line : InStep.differences(primary, secondary)) {
          complaints.add("in the end: " + line);
        }
      }
    }
    String expected =
        switch (mutant) {
          case NONE -> "";
          case NO_BARRIER -> "on the disk: ";
          case NO_IDENTITY_CHECK -> "in the end: ";
          case ONE_DELETE_SKIPPED -> "in the end: extra: ";
          case PUBLISH_WITHOUT_RENAME -> "is torn";
          case OVERFLOW_MARK_DROPPED -> throw new IllegalArgumentException("is of capture");
        };
    judge(mutant, expected, complaints);
  }

  /** Renames one version after the other over a file; returns what was seen of it between them. */
  private List<String> newVersions(Path secondary, Scene.Replicating replicating) throws Exception {
    Path copy = secondary.resolve("versions");
    try (TornWatch watch = new TornWatch(copy)) {
      for (int i = 0; i < VERSIONS; i++) {
        Path next = primary.resolve("next");
        Files.write(next, TornWatch.version(i));
        // Otherwise Java removes the old one first, and for a moment there is none.
        Files.move(next, primary.resolve("versions"), StandardCopyOption.ATOMIC_MOVE);
        int version = i;
        Waits.until(
            "version " + i + " arrives", () -> Files.exists(copy) && first(copy) == version);
      }
      Files.writeString(primary.resolve("late"), "late");
      replicating.awaitInStep();
      return watch.torn();
    }
  }

  private static int first(Path file) throws Exception {
    try (var in = Files.newInputStream(file)) {
      return in.read();
    }
  }

  private static void judge(Mutant mutant, String expected, List<String> complaints) {
    if (mutant == Mutant.NONE) {
      assertThat(complaints).isEmpty();
    } else {
      assertThat(complaints).as("%s is found out", mutant).anyMatch(it -> it.contains(expected));
    }
  }

  private void sh(String script) {
    Program.check(List.of("sh", "-ec", "cd '" + primary + "'; " + script));
  }

  private void prepare() {
    sh(
        "for d in one two three; do mkdir -p $d/sub; for n in 1 2 3 4 5; do"
            + " echo $d $n > $d/$n; echo below $d $n > $d/sub/$n; done; done;"
            + " echo leaving > three/staying; echo linked > l1; ln l1 l2; ln l1 three/l3");
  }

  private void change() {
    // Directories change places, a link group is taken apart, names get other files.
    sh(
        "mv one between; mv two one; mv between two; rm l2; cp -p l1 l2; rm three/1 three/2 three/staying;"
            + " mv three/4 three/3; rm -r three/sub; for n in $(seq 200); do"
            + " head -c 20000 /dev/urandom > made$n; done");
  }

  @ParameterizedTest
  @EnumSource(
      value = Mutant.class,
      names = {"NONE", "OVERFLOW_MARK_DROPPED"})
  void capture(Mutant mutant) throws Exception {
    primary = sandbox.directory("primary");
    Path state = sandbox.directory("state");
    Path secondary = sandbox.path().resolve("copy");
    prepare();
    Files.delete(primary.resolve("l2"));
    Files.delete(primary.resolve("three/l3"));
    Path patched = mutant.writtenTo(sandbox.path().resolve("patched"));
    TestSession session =
        TestSession.local(primary, state, secondary, EngineChoice.AUTO)
            .capture(CaptureWish.INOTIFY);
    try (CaptureProgram capture =
            new CaptureProgram(state.resolve("journal"), primary, CaptureWish.INOTIFY, patched);
        Scene scene = new Scene(primary, secondary, session);
        Scene.Replicating replicating = scene.start()) {
      replicating.awaitInStep();
      capture.signal("STOP");
      int queue =
          Integer.parseInt(
              Files.readAllLines(Path.of("/proc/sys/fs/inotify/max_queued_events")).get(0));
      for (int i = 0; i < queue; i++) {
        Files.delete(Files.createFile(primary.resolve("one/f" + i)));
      }
      Files.writeString(primary.resolve("two/unseen"), "unseen");
      Files.delete(primary.resolve("two/3"));
      capture.signal("CONT");
      replicating.awaitInStep();
      if (mutant == Mutant.NONE) {
        assertThat(replicating.crawls()).as("crawls, one of them for the overflow").isEqualTo(2);
      }
      judge(mutant, "two/", InStep.differences(primary, secondary));
    }
  }
}
