package org.georep.changelog.capture.fanotify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.georep.changelog.capture.CaptureUnavailableException;
import org.georep.changelog.capture.Capturing;
import org.georep.changelog.capture.Capturing.Written;
import org.georep.changelog.capture.Collected;
import org.georep.changelog.capture.RecordSink;
import org.georep.changelog.capture.Volume;
import org.georep.changelog.capture.VolumeRoot;
import org.georep.changelog.capture.fanotify.FanotifySource.QueueLength;
import org.georep.changelog.record.ChangeRecord;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Errno;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.georep.testing.FaultyLibc;
import org.georep.testing.LoopImage;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What fanotify shows of the rest of the file system, and what it does under pressure. */
class OutsideTest {
  private static final FileName D = FileName.of("d");

  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private Volume volume;

  @BeforeEach
  void mount() throws IOException {
    volume = new Volume(LoopImage.Kind.TMPFS, sandbox.path());
  }

  @AfterEach
  void unmount() {
    if (volume != null) {
      volume.close();
    }
  }

  private Capturing capture() throws Exception {
    Capturing capturing = new Capturing(FanotifySource.open(volume.libc(), volume.bytes()));
    capturing.settle();
    return capturing;
  }

  private static List<ChangeRecord> run(FanotifySource source) throws IOException {
    Collected collected = new Collected();
    source.run(collected);
    return collected.records();
  }

  /** Nobody else has to have written it: capture may live in a process that does other things. */
  @Test
  void aNameThatDiedWithItsDirectoryTellsOfAFileWithAnother() throws Exception {
    Path root = volume.root();
    volume.sh("mkdir d; echo a > d/f; ln d/f g");
    FanotifySource source = FanotifySource.open(volume.libc(), volume.bytes());
    Files.writeString(root.resolve("d/f"), "more");
    Files.delete(root.resolve("d/f"));
    Files.delete(root.resolve("d"));
    try (Capturing capturing = new Capturing(source)) {
      assertThat(capturing.settle().data()).contains(volume.gfid("g"));
    }
  }

  @Test
  void namesADirectoryOnceUntilAnotherMovesIn() throws Exception {
    volume.sh("mkdir ../out/d ../out/e");
    Gfid d = volume.gfid("../out/d");
    try (Capturing capturing = capture()) {
      volume.sh("echo a > ../out/d/f; mkdir ../out/d/g; chmod 600 ../out/d/f");
      Written first = capturing.settle();
      assertThat(first.records()).containsExactly(new ChangeRecord.Outside(d));
      volume.sh("echo b > ../out/d/f; rm ../out/d/f");
      assertThat(capturing.settle().records()).isEmpty();
      volume.sh("mv ../out/e .; echo b > ../out/d/f");
      Written moved = capturing.settle();
      assertThat(moved.names()).containsExactly(volume.place("e"));
      assertThat(moved.outside()).contains(d);
    }
  }

  @Test
  void theRootMayBeRenamedWhileADirectoryIsLookedFor() throws Exception {
    volume.sh("mkdir d");
    Path moved = volume.root().resolveSibling("moved");
    FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
    try (VolumeRoot root = VolumeRoot.open(faulty.libc(), volume.bytes())) {
      Gfid d = volume.gfid("d");
      faulty
          .after(FaultyLibc.method("readlinkat"), call -> Files.move(volume.root(), moved))
          .nth(1);
      assertThat(new DirectoryFinder(faulty.libc(), root).find(d)).isEqualTo(Whereabouts.INSIDE);
      assertThat(moved).exists();
    }
  }

  /**
   * As on a secondary that is itself a primary: an agent takes a directory out and puts it back.
   */
  @Test
  void tellsOfADirectoryThatWasChangedBeneathOneInLimbo() throws Exception {
    volume.sh("mkdir -p b/c .georep/limbo .georep/stage/deep; echo a > b/c/f");
    Gfid c = volume.gfid("b/c");
    try (Capturing capturing = capture()) {
      volume.sh("mv b .georep/limbo/1; echo a > .georep/stage/f; echo a > .georep/stage/deep/f");
      capturing.settle();
      volume.sh("mv .georep/limbo/1/c/f .georep/limbo/1/c/g; echo b > .georep/stage/deep/f");
      Written inLimbo = capturing.settle();
      assertThat(inLimbo.outside()).containsExactly(c);
      assertThat(inLimbo.names()).isEmpty();
      volume.sh("mv .georep/limbo/1 b");
      assertThat(capturing.settle().names()).contains(volume.place("b"));
    }
  }

  @Test
  void tellsOfAFileThatIsWrittenThroughANameOutside() throws Exception {
    volume.sh("echo a > f; ln f ../out/f; echo b > ../out/other");
    try (Capturing capturing = capture()) {
      volume.sh("echo c >> ../out/f; chmod 600 ../out/f; echo d >> ../out/other");
      Written written = capturing.settle();
      assertThat(written.of(ChangeRecord.Data.class))
          .contains(new ChangeRecord.Data(volume.gfid("f"), Optional.empty()));
      assertThat(written.metadata()).contains(volume.gfid("f"));
      assertThat(written.data()).doesNotContain(volume.gfid("../out/other"));
    }
  }

  @Test
  void tellsOfAFileWhoseNameOutsideIsRemovedBeforeTheWriteIsRead() throws Exception {
    volume.sh("echo a > f; ln f ../out/f; echo a > g");
    try (FanotifySource source = FanotifySource.open(volume.libc(), volume.bytes())) {
      volume.sh("echo c >> ../out/f; rm ../out/f");
      // By one process, so that the later event of the link count is merged into the earlier one,
      // which comes before the write's.
      Program.check(
          "python3",
          "-c",
          """
          import os, sys
          os.chdir(sys.argv[1])
          os.link('g', '../out/g')
          with open('../out/g', 'a') as f: f.write('c')
          os.unlink('../out/g')
          """,
          volume.root().toString());
      source.stop();
      assertThat(new Written(run(source)).data()).contains(volume.gfid("f"), volume.gfid("g"));
    }
  }

  @Test
  void takesAFileThatMovesInForChanged() throws Exception {
    volume.sh("echo a > ../out/f");
    Gfid f = volume.gfid("../out/f");
    try (Capturing capturing = capture()) {
      volume.sh("mv ../out/f g");
      Written written = capturing.settle();
      Place g = volume.place("g");
      assertThat(written.records())
          .contains(
              new ChangeRecord.Entry(g, Optional.of(f)),
              new ChangeRecord.Data(f, Optional.of(g)),
              new ChangeRecord.Metadata(f, Optional.of(g)));
    }
  }

  @Test
  void namesADirectoryAgainWhoseEventWasMergedIntoOneOfBeforeItMovedIn() throws Exception {
    volume.sh("mkdir ../out/d; : > ../out/d/f");
    Gfid d = volume.gfid("../out/d");
    List<ChangeRecord> records = new ArrayList<>();
    try (FanotifySource source = FanotifySource.open(volume.libc(), volume.bytes())) {
      volume.sh("chmod 600 ../out/d/f");
      source.run(
          new RecordSink() {
            @Override
            public void append(ChangeRecord change) {
              records.add(change);
            }

            @Override
            public void flush() {
              // It is known to be outside. One shell writes before and after, so both are one
              // event.
              if (records.contains(new ChangeRecord.Outside(d))) {
                if (Files.exists(volume.outside().resolve("d"))) {
                  volume.sh("echo a > ../out/d/f; mv ../out/d .; echo b >> d/f");
                }
                source.stop();
              }
            }
          });
    }
    int moved =
        records.indexOf(new ChangeRecord.Entry(new Place(volume.gfid("."), D), Optional.of(d)));
    assertThat(moved).isPositive();
    assertThat(records.subList(moved, records.size())).contains(new ChangeRecord.Outside(d));
  }

  @Test
  void keepsSilentAboutItsOwnProcessOutside() throws Exception {
    try (Capturing capturing = capture()) {
      Path directory = Files.createDirectory(volume.outside().resolve("d"));
      Files.writeString(directory.resolve("f"), "a");
      Files.move(directory.resolve("f"), directory.resolve("g"));
      Files.delete(directory.resolve("g"));
      assertThat(capturing.settle().records()).isEmpty();
      Files.writeString(volume.root().resolve("f"), "a");
      assertThat(capturing.settle().names()).contains(volume.place("f"));
    }
  }

  /** The kernel says " (deleted)" behind such a name, and so it is longer than names are. */
  @Test
  void aRemovedDirectoryOfTheLongestNameThatIsHeldOpenIsNoHindrance() throws Exception {
    String name = "n".repeat(255);
    Place place = volume.place(name);
    try (FanotifySource source = FanotifySource.open(volume.libc(), volume.bytes())) {
      volume.sh("mkdir " + name);
      int held =
          volume
              .libc()
              .openat(
                  Linux.AT_FDCWD, RawPath.toBytes(volume.root().resolve(name)), Linux.O_PATH, 0);
      volume.sh("touch " + name + "/f; rm -r " + name);
      source.stop();
      assertThat(run(source))
          .anyMatch(
              record -> record instanceof ChangeRecord.Entry entry && entry.place().equals(place));
      volume.libc().close(held);
    }
  }

  /** One bad inode must not end capture, and what the kernel does not tell may be inside. */
  @Test
  void aDirectoryThatCannotBeLookedForMayBeInside() throws Exception {
    volume.sh("mkdir d ../out/e ../out/e/below; echo a > f; ln f ../out/f");
    FaultyLibc faulty = new FaultyLibc(volume.libc());
    try (Capturing capturing = new Capturing(FanotifySource.open(faulty.libc(), volume.bytes()))) {
      volume.sh("echo a > ../out/e/below/g");
      assertThat(capturing.settle().outside()).contains(volume.gfid("../out/e/below"));
      faulty.fail(FaultyLibc.method("openByHandleAt"), Errno.EIO);
      volume.sh("echo a > d/g; echo a >> ../out/f; mv ../out/e .");
      Written failing = capturing.settle();
      assertThat(failing.names()).contains(volume.place("d/g"), volume.place("e"));
      assertThat(failing.data()).contains(volume.gfid("d/g"), volume.gfid("f"));
      faulty.clear();
      volume.sh("echo b >> e/below/g; echo a > ../out/h");
      Written after = capturing.settle();
      assertThat(after.data()).contains(volume.gfid("e/below/g"));
      assertThat(after.outside()).contains(volume.gfid("../out"));
    }
  }

  @Test
  void tellsOfAnOverflow() throws Exception {
    volume.sh("mkdir d");
    try (FanotifySource source =
        FanotifySource.open(volume.libc(), volume.bytes(), QueueLength.KERNEL_LIMIT)) {
      fill(volume.root().resolve("d"));
      source.stop();
      assertThat(run(source)).hasAtLeastOneElementOfType(ChangeRecord.Gap.class);
    }
    try (FanotifySource source = FanotifySource.open(volume.libc(), volume.bytes())) {
      fill(volume.root());
      source.stop();
      List<ChangeRecord> records = run(source);
      assertThat(records).doesNotHaveAnyElementsOfTypes(ChangeRecord.Gap.class);
      assertThat(records).hasSizeGreaterThan(limit());
    }
  }

  private static void fill(Path directory) throws IOException {
    int count = limit() + 100;
    for (int i = 0; i < count; i++) {
      Files.createFile(directory.resolve("f" + i));
    }
  }

  private static int limit() throws IOException {
    // Not readString: it reads byte by byte, and the second byte is never given.
    return Integer.parseInt(
        Files.readAllLines(Path.of("/proc/sys/fs/fanotify/max_queued_events")).get(0));
  }

  @Test
  void marksByTheCanaryWhenTheQueueIsNeverEmpty() throws Exception {
    volume.sh("mkdir .georep");
    assertThat(marksUnderLoad()).isGreaterThan(0);
    volume.sh("rm -r .georep");
    assertThat(marksUnderLoad()).isZero();
  }

  /** Each read makes an event, so that there is always one more; until a mark or enough of them. */
  private int marksUnderLoad() throws Exception {
    Path busy = volume.root().resolve("busy");
    int[] marks = {0};
    try (FanotifySource source = FanotifySource.open(volume.libc(), volume.bytes())) {
      Files.writeString(busy, "a");
      long began = System.nanoTime();
      source.run(
          new RecordSink() {
            @Override
            public void append(ChangeRecord change) {
              if (change instanceof ChangeRecord.Drained) {
                marks[0]++;
              }
            }

            @Override
            public void flush() throws IOException {
              Files.writeString(busy, "b");
              if (marks[0] > 0 || System.nanoTime() - began > 3_000_000_000L) {
                source.stop();
              }
            }
          });
    }
    Files.delete(busy);
    return marks[0];
  }

  @Test
  void isNotFooledByABindMount() throws Exception {
    // Beyond a bind mount the kernel shows paths from the file system's own root.
    Path shown = sandbox.directory("shown");
    volume.sh("mkdir sub; mkdir -p ../" + shown.toString().substring(1) + "/x");
    Program.check("mount", "--bind", volume.root().resolve("sub").toString(), shown.toString());
    try (Capturing capturing =
        new Capturing(FanotifySource.open(volume.libc(), RawPath.toBytes(shown)))) {
      capturing.settle();
      volume.sh("echo a > ../" + shown.toString().substring(1) + "/x/f; : > sub/g; : > beside");
      Written written = capturing.settle();
      assertThat(written.names()).containsExactly(volume.place("sub/g"));
      assertThat(written.outside()).hasSize(2);
    } finally {
      Program.check("umount", shown.toString());
    }
  }

  @Test
  void saysWhyItCannot() throws Exception {
    Program.check(
        "mount",
        "-t",
        "overlay",
        "-o",
        "lowerdir="
            + sandbox.directory("lower")
            + ",upperdir="
            + sandbox.directory("upper")
            + ",workdir="
            + sandbox.directory("work"),
        "overlay",
        sandbox.directory("merged").toString());
    try {
      assertThatThrownBy(
              () ->
                  FanotifySource.open(volume.libc(), RawPath.toBytes(sandbox.directory("merged"))))
          .isInstanceOf(CaptureUnavailableException.class)
          .hasMessageContaining("overlayfs")
          .hasMessageContaining("--capture inotify");
    } finally {
      Program.check("umount", sandbox.directory("merged").toString());
    }
  }

  @Test
  void saysThatASubvolumeCannotBeMarked() throws Exception {
    try (Volume btrfs = new Volume(LoopImage.Kind.BTRFS, sandbox.path())) {
      btrfs.sh("btrfs subvolume create sub");
      assertThatThrownBy(
              () ->
                  FanotifySource.open(volume.libc(), RawPath.toBytes(btrfs.root().resolve("sub"))))
          .isInstanceOf(CaptureUnavailableException.class)
          .hasMessageContaining("subvolume");
    }
  }
}
