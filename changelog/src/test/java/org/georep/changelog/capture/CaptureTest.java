package org.georep.changelog.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.georep.changelog.capture.Capturing.Kind;
import org.georep.changelog.capture.Capturing.Written;
import org.georep.changelog.record.ChangeRecord;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Linux;
import org.georep.testing.LoopImage;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What both sources promise beyond single operations. */
class CaptureTest {
  private static final int BURST = 20_000;

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

  private Capturing capture(Kind kind) throws Exception {
    Capturing capturing = new Capturing(kind.open(volume.libc(), volume.bytes()));
    capturing.settle();
    return capturing;
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void seesWritesBeforeTheFileIsClosed(Kind kind) throws Exception {
    volume.sh(": > f");
    try (Capturing capturing = capture(kind);
        RandomAccessFile file = new RandomAccessFile(volume.root().resolve("f").toFile(), "rw")) {
      file.write(1);
      assertThat(capturing.settle().data()).contains(volume.gfid("f"));
      file.write(2);
      assertThat(capturing.settle().data()).contains(volume.gfid("f"));
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void seesWritesThroughAMappingOnceItEnds(Kind kind) throws Exception {
    volume.sh("head -c 8192 /dev/zero > f");
    try (Capturing capturing = capture(kind)) {
      Program.check(
          "python3",
          "-c",
          """
          import mmap, os, sys
          f = os.open(sys.argv[1], os.O_RDWR)
          m = mmap.mmap(f, 8192)
          os.close(f)
          m[0:3] = b'abc'
          m.close()
          """,
          volume.root().resolve("f").toString());
      assertThat(capturing.settle().data()).contains(volume.gfid("f"));
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void seesBothNamesOfAnExchange(Kind kind) throws Exception {
    volume.sh("mkdir d e; echo a > d/f; echo b > e/g");
    try (Capturing capturing = capture(kind)) {
      exchange("d/f", "e/g");
      assertThat(capturing.settle().names()).contains(volume.place("d/f"), volume.place("e/g"));
      exchange("d", "e/g");
      assertThat(capturing.settle().names()).contains(volume.place("d"));
      // What was e/g/... is watched where it is now.
      volume.sh("echo new > e/g/h");
      assertThat(capturing.settle().names()).contains(volume.place("e/g/h"));
    }
  }

  private void exchange(String one, String other) throws IOException {
    volume
        .libc()
        .renameat2(
            Linux.AT_FDCWD,
            (volume.root() + "/" + one).getBytes(StandardCharsets.UTF_8),
            Linux.AT_FDCWD,
            (volume.root() + "/" + other).getBytes(StandardCharsets.UTF_8),
            Linux.RENAME_EXCHANGE);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void followsATreeThatMovesInAndOut(Kind kind) throws Exception {
    volume.sh("mkdir -p ../out/t/u/v; echo a > ../out/t/u/v/f");
    try (Capturing capturing = capture(kind)) {
      volume.sh("mv ../out/t x");
      Written movedIn = capturing.settle();
      assertThat(movedIn.names()).contains(volume.place("x"));
      if (kind == Kind.INOTIFY) {
        assertThat(movedIn.subtrees()).contains(volume.place("x"));
      }
      volume.sh("echo b >> x/u/v/f; : > x/u/g");
      Written inside = capturing.settle();
      assertThat(inside.data()).contains(volume.gfid("x/u/v/f"));
      assertThat(inside.names()).contains(volume.place("x/u/g"));
      Place x = volume.place("x");
      Gfid v = volume.gfid("x/u/v");
      volume.sh("mv x ../out/t");
      List<Gfid> outside = new ArrayList<>();
      Written gone = capturing.settle();
      assertThat(gone.names()).contains(x);
      outside.addAll(gone.outside());
      volume.sh("rm ../out/t/u/v/f");
      outside.addAll(capturing.settle().outside());
      // What is changed there is in doubt, should it come back.
      assertThat(outside).contains(v);
      volume.sh("rm -r ../out/t");
      assertThat(capturing.settle().names()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void neverTellsOfItsOwnDirectory(Kind kind) throws Exception {
    volume.sh("mkdir -p .georep/old lost+found");
    try (Capturing capturing = capture(kind)) {
      volume.sh(
          "echo a > .georep/f; mkdir .georep/d; echo a > .georep/d/f; echo b > .georep/old/f;"
              + " chmod 700 .georep; echo a > lost+found/f; mv .georep/f .georep/old/g;"
              + " rm -r lost+found; mkdir lost+found");
      List<ChangeRecord> records = new ArrayList<>(capturing.settle().records());
      // The root's own attributes change with the names in it.
      records.removeIf(record -> record instanceof ChangeRecord.Metadata);
      assertThat(records).isEmpty();
      volume.sh("mkdir d; mv d .georep/e; mv .georep/old d; echo a > .georep/e/f");
      Written moved = capturing.settle();
      assertThat(moved.names()).contains(volume.place("d"));
      assertThat(moved.names()).doesNotContain(volume.place(".georep/e/f"));
      volume.sh("echo a > d/new");
      assertThat(capturing.settle().names()).contains(volume.place("d/new"));
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void losesNothingOfABurst(Kind kind) throws Exception {
    volume.sh("mkdir d");
    try (Capturing capturing = capture(kind)) {
      Path d = volume.root().resolve("d");
      Set<Place> expected = new HashSet<>();
      Gfid gfid = volume.gfid("d");
      for (int i = 0; i < BURST; i++) {
        Files.createFile(d.resolve("f" + i));
        expected.add(new Place(gfid, FileName.of("f" + i)));
      }
      Written written = capturing.settle();
      if (kind == Kind.FANOTIFY || written.of(ChangeRecord.Gap.class).isEmpty()) {
        assertThat(written.names()).containsAll(expected);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void watchesWhatIsMadeAtOnce(Kind kind) throws Exception {
    try (Capturing capturing = capture(kind);
        RecordFollower follower = new RecordFollower(volume.libc(), volume.bytes(), false)) {
      for (int i = 0; i < 30; i++) {
        volume.sh("mkdir -p a" + i + "/b/c/d; echo x > a" + i + "/b/c/d/f; rm -r a" + i + "/b/c");
        follower.follow(capturing.soFar().records());
      }
      follower.follow(capturing.settle().records());
      assertThat(follower.differences()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void seesMountsComeAndGo(Kind kind) throws Exception {
    volume.sh("mkdir -p d/m/hidden");
    Place m = volume.place("d/m");
    try (Capturing capturing = capture(kind)) {
      volume.sh("mount -t tmpfs tmpfs d/m");
      try {
        Waits.until("the mount is seen", () -> capturing.settle().names().contains(m));
        volume.sh("echo a > d/m/f");
        assertThat(capturing.settle().records()).isEmpty();
      } finally {
        volume.sh("umount d/m");
      }
      Waits.until("its end is seen", () -> capturing.settle().subtrees().contains(m));
      volume.sh("echo a > d/m/hidden/f");
      assertThat(capturing.settle().names()).contains(volume.place("d/m/hidden/f"));
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void leavesOutWhatIsMountedFromTheStart(Kind kind) throws Exception {
    volume.sh("mkdir -p m/hidden; mount -t tmpfs tmpfs m; mkdir -p m/d m/.georep");
    try (ChangeSource source = kind.open(volume.libc(), volume.bytes());
        VolumeRoot root = VolumeRoot.open(volume.libc(), volume.bytes());
        MountWatch mounts = MountWatch.open(volume.libc(), root)) {
      assertThat(mounts.mountPoints()).extracting(Object::toString).containsExactly("m");
      assertThat(source.coverage()).isEqualTo(1);
    } finally {
      volume.sh("umount m");
    }
    volume.sh("mount -t tmpfs tmpfs m");
    Place m = volume.place("m");
    try (Capturing capturing = capture(kind)) {
      volume.sh("umount m");
      Waits.until("its end is seen", () -> capturing.settle().subtrees().contains(m));
      volume.sh("echo a > m/hidden/f");
      assertThat(capturing.settle().names()).contains(volume.place("m/hidden/f"));
    }
  }

  private void python(String script) {
    Program.check("python3", "-c", "import os\nos.chdir('" + volume.root() + "')\n" + script);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void takesNamesAsBytesAndPathsOfAnyLength(Kind kind) throws Exception {
    String name = "n".repeat(200);
    python("for i in range(30): os.mkdir('" + name + "'); os.chdir('" + name + "')");
    try (Capturing capturing = capture(kind)) {
      python(
          "for i in range(30): os.chdir('"
              + name
              + "')\nopen('deep', 'w').close(); os.mkdir('e'); open('e/g', 'w').close()");
      volume.sh(": > \"$(printf 'a\\377b\\nc')\"");
      Written written = capturing.settle();
      assertThat(written.data()).hasSizeGreaterThanOrEqualTo(2);
      assertThat(written.names())
          .contains(
              new Place(
                  volume.gfid("."), FileName.of(new byte[] {'a', (byte) 0xff, 'b', '\n', 'c'})))
          .anyMatch(place -> place.name().equals(FileName.of("g")));
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void followsTheRootWhenItIsRenamed(Kind kind) throws Exception {
    volume.sh("mkdir -p d/e");
    Gfid e = volume.gfid("d/e");
    try (Capturing capturing = capture(kind)) {
      volume.sh("cd ..; mv vol volume; echo a > volume/d/e/f; mkdir volume/d/e/g; mv volume vol");
      assertThat(capturing.settle().names())
          .contains(new Place(e, FileName.of("f")))
          .contains(volume.place("d/e/g"));
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void marksAnIdleVolumeAndStopsWhenAsked(Kind kind) throws Exception {
    try (Capturing capturing = capture(kind)) {
      int marks = capturing.marks();
      Waits.until("an idle volume is marked", () -> capturing.marks() > marks + 2);
    }
    ChangeSource never = kind.open(volume.libc(), volume.bytes());
    never.stop();
    List<ChangeRecord> records = new ArrayList<>();
    never.run(listInto(records));
    never.close();
    never.stop();
    assertThat(records).hasAtLeastOneElementOfType(ChangeRecord.Drained.class);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void writesWhatWasQueuedBeforeItStops(Kind kind) throws Exception {
    List<ChangeRecord> records = new ArrayList<>();
    try (ChangeSource source = kind.open(volume.libc(), volume.bytes())) {
      volume.sh("mkdir d; echo a > d/f");
      source.stop();
      source.run(listInto(records));
    }
    assertThat(new Written(records).names()).contains(volume.place("d"));
    assertThat(records.get(records.size() - 1)).isInstanceOf(ChangeRecord.Drained.class);
  }

  static RecordSink listInto(List<ChangeRecord> records) {
    return new RecordSink() {
      @Override
      public void append(ChangeRecord change) {
        records.add(change);
      }

      @Override
      public void flush() {}
    };
  }
}
