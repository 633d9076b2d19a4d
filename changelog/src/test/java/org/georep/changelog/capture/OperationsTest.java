package org.georep.changelog.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.georep.changelog.capture.Capturing.Written;
import org.georep.name.Gfid;
import org.georep.testing.LoopImage;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** Whatever is done to a file by itself makes the right names and inodes dirty. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OperationsTest {
  private final Sandbox sandbox = Sandbox.open();

  /**
   * Something done by a shell in a directory of its own.
   *
   * @param before done before capture
   * @param names paths that must be dirty as names
   * @param data paths whose inode's content must be dirty
   * @param metadata paths whose inode's attributes must be dirty
   */
  private record Operation(
      String change, String before, List<String> names, List<String> data, List<String> metadata) {}

  private static Operation op(
      String change, String before, List<String> names, List<String> data, List<String> metadata) {
    return new Operation(change, before, names, data, metadata);
  }

  private static final List<String> NO = List.of();
  private static final List<String> F = List.of("f");
  private static final String FILE = "head -c 20000 /dev/zero > f; chmod 644 f";

  private static final List<Operation> OPERATIONS =
      List.of(
          op(": > f", "", F, F, NO),
          op("echo b >> f", FILE, NO, F, NO),
          op("truncate -s 3 f", FILE, NO, F, NO),
          op("fallocate -l 40000 f", FILE, NO, F, NO),
          op("fallocate -p -o 0 -l 8192 f", FILE, NO, F, NO),
          op("chmod 600 f", FILE, NO, NO, F),
          op("chown 1:1 f", FILE, NO, NO, F),
          op("touch -d 2001-02-03 f", FILE, NO, NO, F),
          op("setfattr -n user.a -v b f", FILE, NO, NO, F),
          op("chmod 700 d", "mkdir d", NO, NO, List.of("d")),
          op("touch -m -d 2001-02-03 d", "mkdir d", NO, NO, List.of("d")),
          op("touch -m -d 2001-02-03 .", "", NO, NO, List.of("")),
          op("touch -m -d 2001-02-03 f", FILE, NO, F, NO),
          op("touch -m -h -d 2001-02-03 s", "ln -s nowhere s", NO, List.of("s"), NO),
          op("chmod 600 p", "mkfifo p", NO, NO, List.of("p")),
          op("ln f g", FILE, List.of("g"), NO, NO),
          op("ln -s nowhere s", "", List.of("s"), NO, NO),
          op("touch -h -d 2001-02-03 s", "ln -s nowhere s", NO, NO, List.of("s")),
          op("mkfifo p", "", List.of("p"), NO, NO),
          op("mknod n c 1 3", "", List.of("n"), NO, NO),
          op("mkdir d", "", List.of("d"), NO, NO),
          op("mkdir -p d/e/f; echo a > d/e/f/g", "", List.of("d"), NO, NO),
          op("mv f g", FILE, List.of("f", "g"), NO, NO),
          op("mv f g", FILE + "; echo x > g", List.of("f", "g"), NO, NO),
          op("mv f d/", FILE + "; mkdir d", List.of("f", "d/f"), NO, NO),
          op("mv d e", "mkdir d; echo x > d/f", List.of("d", "e"), NO, NO),
          op("mv d e/g", "mkdir d e; echo x > d/f", List.of("d", "e/g"), NO, NO),
          op("mv -T d e", "mkdir d e; echo x > d/f", List.of("d", "e"), NO, NO),
          op("echo a > f; mv f g", FILE, List.of("f", "g"), List.of("g"), NO),
          op("chmod 600 f; mv f g", FILE, List.of("f", "g"), NO, List.of("g")),
          op("rm f", FILE, F, NO, NO),
          op("rmdir d", "mkdir d", List.of("d"), NO, NO),
          op("rm -r d", "mkdir -p d/e; echo x > d/e/f", List.of("d"), NO, NO),
          op("mkdir .georep; echo a > .georep/f", "", List.of(".georep", ".georep/f"), NO, NO));

  private final Map<LoopImage.Kind, Volume> volumes = new HashMap<>();

  @BeforeAll
  void mount() throws Exception {
    for (LoopImage.Kind kind : List.of(LoopImage.Kind.TMPFS, LoopImage.Kind.EXT4)) {
      volumes.put(kind, new Volume(kind, sandbox.path()));
    }
  }

  @AfterAll
  void unmount() {
    volumes.values().forEach(Volume::close);
    sandbox.close();
  }

  @TestFactory
  List<DynamicTest> marksWhatChanged() {
    List<DynamicTest> tests = new ArrayList<>();
    int number = 0;
    for (LoopImage.Kind fileSystem : volumes.keySet()) {
      for (Capturing.Kind kind : Capturing.Kind.values()) {
        for (Operation operation : OPERATIONS) {
          String directory = "dir" + number++;
          tests.add(
              dynamicTest(
                  kind + " " + fileSystem + ": " + operation.change(),
                  () -> check(volumes.get(fileSystem), kind, operation, directory)));
        }
      }
    }
    return tests;
  }

  private static void check(
      Volume volume, Capturing.Kind kind, Operation operation, String directory) throws Exception {
    volume.sh("mkdir " + directory + "; cd " + directory + "; " + operation.before());
    Map<String, Gfid> gfids = volume.gfids();
    try (Capturing capturing = new Capturing(kind.open(volume.libc(), volume.bytes()))) {
      capturing.settle();
      volume.sh("cd " + directory + "; " + operation.change());
      Written written = capturing.settle();
      gfids.putAll(volume.gfids());
      for (String name : operation.names()) {
        assertThat(written.names()).as(name).contains(volume.place(directory + "/" + name));
      }
      for (String path : operation.data()) {
        assertThat(written.data())
            .as(path)
            .contains(gfids.get(path.isEmpty() ? directory : directory + "/" + path));
      }
      for (String path : operation.metadata()) {
        assertThat(written.metadata())
            .as(path)
            .contains(gfids.get(path.isEmpty() ? directory : directory + "/" + path));
      }
    }
  }
}
