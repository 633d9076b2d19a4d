package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.georep.posix.NativeLibc;
import org.georep.testing.Program;
import org.georep.testing.RsyncOracle;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Going over to the secondary, and back, on real trees. */
final class FailoverVerbTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private static final int LARGE = 300_000;

  private final ObjectMapper json = new ObjectMapper();
  private final Ending ending = Ending.onRequest();
  private CompletableFuture<Launcher.Result> session = CompletableFuture.completedFuture(null);
  private Path primary = Path.of("/");
  private Path secondary = Path.of("/");

  @BeforeEach
  void make() throws Exception {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "identities of all kinds need root");
    primary = sandbox.directory("primary");
    secondary = sandbox.path().resolve("secondary");
    Files.createDirectories(primary.resolve("a/b"));
    Files.writeString(primary.resolve("a/b/deep"), "deep contents");
    Files.writeString(primary.resolve("top"), "top contents");
  }

  @AfterEach
  void stop() throws Exception {
    ending.requestStop();
    session.get();
  }

  private Launcher.Result georep(String... args) {
    return georep(Ending.onRequest(), args);
  }

  private Launcher.Result georep(Ending end, String... args) {
    return new Launcher(sandbox.path().resolve("state")).run(end, args);
  }

  private Launcher.Result once() {
    return georep("replicate", "--once", "--name=s", primary.toString(), secondary.toString());
  }

  private JsonNode promote(Path root) throws Exception {
    Launcher.Result result = georep("promote", root.toString(), "--json");
    assertThat(result.code()).as(result.err()).isZero();
    return json.readTree(result.out());
  }

  private boolean isInStep() throws Exception {
    JsonNode status = json.readTree(georep("status", "s", "--json").out()).path(0);
    return status.path("worker status").asText().equals("Active")
        && status.path("lag_seconds").isNumber()
        && status.path("lag_seconds").asDouble() == 0;
  }

  @Test
  void promotedItIsWholeAndOpenToNoSession() throws Exception {
    assertThat(once().code()).isZero();
    JsonNode promoted = promote(secondary);
    assertThat(promoted.path("epoch").asLong()).isEqualTo(1);
    assertThat(promoted.path("session").asText()).isEqualTo("s");
    assertThat(promoted.path("complete_up_to").isNumber()).isTrue();
    assertThat(promoted.path("missing_known").asBoolean()).isTrue();
    for (String none : new String[] {"incomplete_directories", "outdated_files", "set_aside"}) {
      assertThat(promoted.path(none).asLong(-1)).as(none).isZero();
    }
    assertThat(RsyncOracle.differences(primary, secondary)).isEmpty();
    Launcher.Result refused = once();
    assertThat(refused.code()).isEqualTo(15);
    assertThat(refused.err()).contains("georep failback s", "georep session delete s");
    JsonNode again = promote(secondary);
    assertThat(again.path("promoted_before").asBoolean()).isTrue();
    assertThat(again.path("epoch").asLong()).isEqualTo(1);
    Launcher.Result none = georep("promote", primary.toString());
    assertThat(none.code()).isEqualTo(1);
    assertThat(none.err()).contains("is no secondary");
  }

  @Test
  void theWorkerOfAPrimaryThatIsNotGoneEnds() throws Exception {
    session =
        CompletableFuture.supplyAsync(
            () ->
                georep(ending, "replicate", "--name=s", primary.toString(), secondary.toString()));
    Waits.until("the session is in step", this::isInStep);
    JsonNode promoted = promote(secondary);
    assertThat(promoted.path("agent_ended").asBoolean()).isTrue();
    assertThat(session.get().code()).isEqualTo(15);
    assertThat(session.get().err()).contains("was promoted at");
  }

  private Launcher.Result failback(String name) {
    Launcher.Result result = georep("failback", name, "--once");
    assertThat(result.code()).as(result.err()).isZero();
    return result;
  }

  private void assertSame() {
    assertThat(RsyncOracle.differences(secondary, primary)).isEmpty();
    assertThat(RsyncOracle.differences(primary, secondary)).isEmpty();
  }

  private List<String> conflicts(Path root) throws Exception {
    List<String> found = new ArrayList<>();
    Path top = root.resolve(".georep/conflicts");
    try (Stream<Path> all = Files.walk(top)) {
      all.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
          .map(path -> top.relativize(path))
          .peek(path -> assertThat(path.getName(0).toString()).endsWith("Z-failback"))
          .map(path -> path.subpath(1, path.getNameCount()).toString())
          .forEach(found::add);
    }
    found.sort(null);
    return found;
  }

  private static Object inode(Path path) throws Exception {
    return Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  /** Large enough that it would be seen among what is sent. */
  private static void fill(Path file, int seed) throws Exception {
    byte[] bytes = new byte[LARGE];
    new Random(seed).nextBytes(bytes);
    Files.write(file, bytes);
  }

  private static void run(Object... command) {
    Program.check(Arrays.stream(command).map(String::valueOf).toArray(String[]::new));
  }

  private void makeTree() throws Exception {
    for (String directory : List.of("moved", "renamed", "gone/below", "other")) {
      Files.createDirectories(primary.resolve(directory));
    }
    for (int i = 0; i < 8; i++) {
      fill(primary.resolve("moved/large" + i), i);
    }
    fill(primary.resolve("renamed/in"), 10);
    fill(primary.resolve("edited"), 11);
    fill(primary.resolve("gone/below/x"), 12);
    Files.writeString(primary.resolve("changed-later"), "as replicated");
    Files.writeString(primary.resolve("changed-later-and-gone"), "as replicated");
    Files.writeString(primary.resolve("both"), "as replicated");
    Files.writeString(primary.resolve("touched"), "as replicated");
    Files.createSymbolicLink(primary.resolve("link"), Path.of("top"));
    Files.createLink(primary.resolve("other/hard"), primary.resolve("top"));
  }

  @Test
  void whatIsUnchangedIsNotSentAndWhatWasMovedIsMoved() throws Exception {
    makeTree();
    assertThat(once().code()).isZero();
    // After the last time in step, on a primary that is about to be gone.
    Files.writeString(primary.resolve("changed-later"), "only on the old primary");
    Files.writeString(primary.resolve("changed-later-and-gone"), "only on the old primary");
    Files.writeString(primary.resolve("both"), "on the old primary");
    Files.writeString(primary.resolve("made-later"), "only there");
    Files.createDirectories(primary.resolve("directory-made-later"));
    Files.writeString(primary.resolve("directory-made-later/f"), "only there");
    run("chmod", "0640", primary.resolve("touched"));
    promote(secondary);
    Files.move(secondary.resolve("moved"), secondary.resolve("a/was-moved"));
    Files.move(secondary.resolve("renamed/in"), secondary.resolve("other/out"));
    run("rm", "-r", secondary.resolve("gone"));
    Files.delete(secondary.resolve("changed-later-and-gone"));
    Files.writeString(secondary.resolve("both"), "on the promoted one");
    Files.writeString(secondary.resolve("new"), "new");
    run("sh", "-c", "printf more >> " + secondary.resolve("edited"));
    run("chmod", "0600", secondary.resolve("a/b/deep"));
    Object moved = inode(primary.resolve("moved/large3"));
    Object out = inode(primary.resolve("renamed/in"));
    Object top = inode(primary.resolve("top"));
    Map<Object, String> before = files(primary);
    before.values().removeAll(List.of("gone/below/x", "made-later", "directory-made-later/f"));
    before.values().removeAll(List.of("both", "edited", "changed-later", "changed-later-and-gone"));

    Launcher.Result result = failback("s");

    assertSame();
    Map<Object, String> after = files(primary);
    assertThat(after).as("what is unchanged").containsKeys(before.keySet().toArray());
    after.keySet().removeAll(before.keySet());
    assertThat(after.values()).containsExactlyInAnyOrder("both", "changed-later", "edited", "new");
    assertThat(inode(primary.resolve("a/was-moved/large3"))).isEqualTo(moved);
    assertThat(inode(primary.resolve("other/out"))).isEqualTo(out);
    assertThat(inode(primary.resolve("top"))).isEqualTo(top);
    assertThat(conflicts(primary))
        .containsExactly(
            "both",
            "changed-later",
            "changed-later-and-gone",
            "directory-made-later/f",
            "made-later");
    assertThat(result.err()).contains("georep promote " + primary, "georep failback s-back");
    // One that the crawl sends may be sent for what was captured, too: at load both are under way.
    assertThat(sent("s-back")).as("both, changed-later, edited, new").isBetween(4L, 8L);
  }

  /** The regular files of a tree by inode, each with one of its names. */
  private static Map<Object, String> files(Path root) throws Exception {
    Map<Object, String> files = new HashMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path each : all.filter(path -> !path.startsWith(root.resolve(".georep"))).toList()) {
        if (Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS)) {
          files.put(inode(each), root.relativize(each).toString());
        }
      }
    }
    return files;
  }

  private long sent(String name) throws Exception {
    JsonNode status = json.readTree(georep("status", name, "--json").out()).path(0);
    return status.path("files_syncd").asLong(-1);
  }

  @Test
  void theDirectionIsTurnedTwice() throws Exception {
    makeTree();
    assertThat(once().code()).isZero();
    long first = sent("s");
    promote(secondary);
    Files.writeString(secondary.resolve("first"), "made on the secondary's host");
    failback("s");
    assertSame();
    assertThat(sent("s-back")).isEqualTo(1);

    JsonNode promoted = promote(primary);
    assertThat(promoted.path("epoch").asLong()).isEqualTo(2);
    assertThat(promoted.path("session").asText()).isEqualTo("s-back");
    assertThat(georep("failback", "s", "--once").code()).as("no longer a primary").isEqualTo(15);
    Files.move(primary.resolve("moved"), primary.resolve("moved-again"));
    Files.move(primary.resolve("first"), primary.resolve("second"));
    Object inode = inode(secondary.resolve("first"));
    failback("s-back");
    assertSame();
    assertThat(inode(secondary.resolve("second"))).isEqualTo(inode);
    assertThat(sent("s")).as("sent in all").isEqualTo(first);
    assertThat(conflicts(primary)).isEmpty();
    assertThat(conflicts(secondary)).isEmpty();

    Files.writeString(primary.resolve("third"), "as before the failover");
    assertThat(once().code()).isZero();
    assertSame();
    // Another state directory of that session has not heard of all this.
    Files.delete(sandbox.path().resolve("state/s/epoch"));
    Launcher.Result older = once();
    assertThat(older.code()).isEqualTo(15);
    assertThat(older.err()).contains("holds epoch 2", "georep session delete s");
  }

  @Test
  void afterARestoreContentsAreComparedAndNotSent() throws Exception {
    makeTree();
    assertThat(once().code()).isZero();
    promote(secondary);
    Path restored = sandbox.path().resolve("restored");
    run("cp", "-a", primary, restored);
    run("rm", "-r", primary);
    run("mv", restored, primary);
    Object inode = inode(primary.resolve("moved/large1"));
    failback("s");
    assertSame();
    assertThat(inode(primary.resolve("moved/large1"))).isEqualTo(inode);
    assertThat(sent("s-back")).isZero();
    assertThat(conflicts(primary)).isEmpty();
  }

  @Test
  void anEmptiedPromotedSecondaryDeletesNothing() throws Exception {
    run("sh", "-c", "cd " + primary + "/a && seq 1200 | xargs touch");
    assertThat(once().code()).isZero();
    promote(secondary);
    run("sh", "-c", "rm -r " + secondary + "/*");
    Launcher.Result refused = georep("failback", "s", "--once");
    assertThat(refused.code()).as(refused.err()).isEqualTo(14);
    assertThat(primary.resolve("a/b/deep")).hasContent("deep contents");
    assertThat(primary.resolve("a/1200")).exists();
  }

  @Test
  void whatIsNotTheOldPrimaryIsRefusedAndANewDiskIsFilled() throws Exception {
    assertThat(once().code()).isZero();
    Launcher.Result early = georep("failback", "s", "--once");
    assertThat(early.code()).isEqualTo(1);
    assertThat(early.err()).contains("georep promote " + secondary);
    promote(secondary);
    Path other = sandbox.directory("other");
    Files.createDirectory(other.resolve(".georep"));
    Files.writeString(other.resolve("data"), "somebody's");
    Launcher.Result wrong = georep("failback", "s", "--once", "--to", other.toString());
    assertThat(wrong.code()).as(wrong.err()).isEqualTo(14);
    assertThat(wrong.err()).contains("is not the volume");
    assertThat(other.resolve("data")).hasContent("somebody's");
    Launcher.Result unknown = georep("failback", "nobody", "--once");
    assertThat(unknown.code()).isEqualTo(10);
    run("rm", "-r", primary);
    failback("s");
    assertSame();

    // The same disk at another place, and a place that is not that disk.
    Path mounted = sandbox.path().resolve("mounted-elsewhere");
    run("mv", primary, mounted);
    Files.writeString(secondary.resolve("later"), "later");
    Launcher.Result elsewhere = georep("failback", "s", "--once", "--to", other.toString());
    assertThat(elsewhere.code()).as(elsewhere.err()).isEqualTo(14);
    assertThat(elsewhere.err()).doesNotContain("--name");
    assertThat(other.resolve("data")).hasContent("somebody's");
    Object inode = inode(mounted.resolve("top"));
    Launcher.Result moved = georep("failback", "s", "--once", "--to", mounted.toString());
    assertThat(moved.code()).as(moved.err()).isZero();
    assertThat(RsyncOracle.differences(secondary, mounted)).isEmpty();
    assertThat(inode(mounted.resolve("top"))).isEqualTo(inode);
    assertThat(sent("s-back")).as("deep, top and later").isEqualTo(3);
  }
}
