package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.replicator.inspect.SessionReports;
import org.georep.replicator.session.StateDirectory;
import org.georep.replicator.worker.Signal;
import org.georep.status.http.ListenAddress;
import org.georep.status.http.StatusServer;
import org.georep.testing.Program;
import org.georep.testing.RsyncOracle;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every kind of difference, planted on the secondary, is found once, mended, and gone. */
final class VerifyVerbTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private final ObjectMapper json = new ObjectMapper();
  private final Ending ending = Ending.onRequest();
  private CompletableFuture<Integer> session = CompletableFuture.completedFuture(0);
  private Path primary = Path.of("/");
  private Path secondary = Path.of("/");

  @BeforeEach
  void make() throws Exception {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "owners and devices need root");
    primary = sandbox.directory("primary");
    secondary = sandbox.path().resolve("secondary");
    for (String directory : List.of("a/b", "c", "d/e", "swap1", "swap2", "whole/below")) {
      Files.createDirectories(primary.resolve(directory));
    }
    for (String file :
        List.of(
            "mode",
            "owner",
            "group",
            "mtime",
            "size",
            "content",
            "xattr",
            "gone",
            "copied",
            "acl",
            "kind",
            "a/b/deep",
            "c/file",
            "d/e/f",
            "swap1/one",
            "swap2/two",
            "whole/below/x",
            "f1",
            "f2",
            "surplus-xattr")) {
      Files.writeString(primary.resolve(file), "contents of " + file + "\n");
    }
    Files.createSymbolicLink(primary.resolve("link"), Path.of("mode"));
    Files.createSymbolicLink(primary.resolve("link-owner"), Path.of("mode"));
    Files.writeString(primary.resolve("h1"), "linked");
    Files.createLink(primary.resolve("c/h2"), primary.resolve("h1"));
    Program.check("mknod", primary.resolve("device").toString(), "c", "1", "3");
    Program.check("setfattr", "-n", "user.k", "-v", "v", primary.resolve("xattr").toString());
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

  private void once() {
    Launcher.Result result =
        georep("replicate", "--once", "--name=s", primary.toString(), secondary.toString());
    assertThat(result.code()).as(result.err()).isZero();
  }

  /** A crawl lists what changed at about the time of the last mark, and mends it by that. */
  private void onceAndLater() throws Exception {
    once();
    Instant made = Instant.now();
    Waits.until("marks are past it", () -> Instant.now().isAfter(made.plusSeconds(4)));
    once();
  }

  private void start(String... options) throws Exception {
    List<String> args = new ArrayList<>(List.of("replicate", "--name=s"));
    args.addAll(List.of(options));
    args.addAll(List.of(primary.toString(), secondary.toString()));
    session =
        CompletableFuture.supplyAsync(() -> georep(ending, args.toArray(new String[0])).code());
    Waits.until("the session is in step", () -> isInStep());
  }

  private JsonNode status() throws Exception {
    return json.readTree(georep("status", "s", "--json").out()).path(0);
  }

  private boolean isInStep() throws Exception {
    JsonNode status = status();
    return status.path("worker status").asText().equals("Active")
        && status.path("lag_seconds").isNumber()
        && status.path("lag_seconds").asDouble() == 0;
  }

  private Map<String, List<String>> verify(int code, String... options) throws Exception {
    Map<String, List<String>> found = new TreeMap<>();
    verifyInParts(code, options)
        .forEach(
            (path, told) -> {
              assertThat(told).as("%s is told once", path).hasSize(1);
              found.put(path, told.get(0));
            });
    return found;
  }

  /** What is told of each path, in the order it is. */
  private Map<String, List<List<String>>> verifyInParts(int code, String... options)
      throws Exception {
    List<String> args = new ArrayList<>(List.of("verify", "s", "--json"));
    args.addAll(List.of(options));
    Launcher.Result result = georep(args.toArray(new String[0]));
    assertThat(result.code()).as(result.err() + result.out()).isEqualTo(code);
    JsonNode all = json.readTree(result.out());
    assertThat(all.path("complete").asBoolean()).isTrue();
    Map<String, List<List<String>>> found = new TreeMap<>();
    for (JsonNode difference : all.path("differences")) {
      String path = difference.path("path").asText();
      byte[] bytes = Base64.getDecoder().decode(difference.path("path_bytes").asText());
      assertThat(path)
          .isEqualTo(bytes.length == 0 ? "." : new String(bytes, StandardCharsets.UTF_8));
      List<String> what = new ArrayList<>();
      difference.path("differences").forEach(trait -> what.add(trait.path("what").asText()));
      if (difference.has("mended")) {
        what.add(difference.path("mended").asBoolean() ? "mended" : "not mended");
      }
      found.computeIfAbsent(path, none -> new ArrayList<>()).add(what);
    }
    return found;
  }

  private Path at(String name) {
    return secondary.resolve(name);
  }

  private static byte[] bytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Java itself only sets microseconds. */
  private static void setTime(Path path, Instant time) throws Exception {
    NativeLibc.instance()
        .utimensat(Linux.AT_FDCWD, bytes(path), null, time, Linux.AT_SYMLINK_NOFOLLOW);
  }

  private static Instant time(Path path) throws Exception {
    return NativeLibc.instance()
        .statx(Linux.AT_FDCWD, bytes(path), Linux.AT_SYMLINK_NOFOLLOW)
        .mtime();
  }

  private interface Act {
    void run() throws Exception;
  }

  /** Changes something on the secondary and puts the times of its directory back. */
  private void plant(String directory, Act act) throws Exception {
    Instant before = time(at(directory));
    act.run();
    setTime(at(directory), before);
  }

  private static void run(Object... command) {
    Program.check(java.util.Arrays.stream(command).map(String::valueOf).toArray(String[]::new));
  }

  private Map<String, List<String>> plantAll() throws Exception {
    Map<String, List<String>> planted = new TreeMap<>();
    run("chmod", "0600", at("mode"));
    planted.put("mode", List.of("mode"));
    run("chown", "5", at("owner"));
    planted.put("owner", List.of("owner"));
    run("chgrp", "7", at("group"));
    planted.put("group", List.of("group"));
    setTime(at("mtime"), Instant.parse("2001-02-03T04:05:06.123456789Z"));
    planted.put("mtime", List.of("mtime"));
    Files.writeString(at("size"), "longer contents than before\n");
    setTime(at("size"), Instant.parse("2001-02-03T04:05:06.123456789Z"));
    planted.put("size", List.of("size", "mtime"));
    run("setfattr", "-n", "user.k", "-v", "w", at("xattr"));
    planted.put("xattr", List.of("xattr"));
    run("setfattr", "-n", "user.more", "-v", "w", at("surplus-xattr"));
    planted.put("surplus-xattr", List.of("xattr"));
    run("setfacl", "-m", "u:5:r", at("acl"));
    planted.put("acl", List.of("xattr"));
    plant(".", () -> run("chown", "-h", "5", at("link-owner")));
    planted.put("link-owner", List.of("owner"));
    plant(".", () -> Files.delete(at("gone")));
    planted.put("gone", List.of("missing"));
    plant(".", () -> Files.writeString(at("extra"), "not of the primary"));
    planted.put("extra", List.of("extra"));
    plant(".", () -> Files.createDirectories(at("xdir/with/more")));
    Files.writeString(at("xdir/with/file"), "mine");
    planted.put("xdir", List.of("extra"));
    plant(".", () -> run("sh", "-c", "cd " + secondary + " && cp -a copied t && mv t copied"));
    planted.put("copied", List.of("replaced"));
    plant(".", () -> run("sh", "-c", "cd " + secondary + " && rm kind && mkdir kind"));
    planted.put("kind", List.of("replaced", "kind"));
    plant(".", () -> run("ln", "-sfn", "elsewhere", at("link")));
    planted.put("link", List.of("replaced"));
    plant("c", () -> run("sh", "-c", "cd " + secondary + " && cp -a h1 c/t && mv c/t c/h2"));
    plant(".", () -> run("sh", "-c", "cd " + secondary + " && rm -f device && mknod device c 1 5"));
    planted.put("c/h2", List.of("replaced"));
    planted.put("device", List.of("replaced"));
    plant(
        ".",
        () ->
            run("sh", "-c", "cd " + secondary + " && mv swap1 t && mv swap2 swap1 && mv t swap2"));
    planted.put("swap1", List.of("identity"));
    planted.put("swap2", List.of("identity"));
    plant(".", () -> run("rm", "-r", at("whole")));
    planted.put("whole", List.of("missing"));
    plant(".", () -> run("ln", "-f", at("f1"), at("f2")));
    planted.put("f2", List.of("identity"));
    plant("a/b", () -> Files.move(at("a/b/deep"), at("a/b/deeper")));
    planted.put("a/b/deep", List.of("missing"));
    planted.put("a/b/deeper", List.of("extra"));
    Files.setPosixFilePermissions(at("d/e"), PosixFilePermissions.fromString("rwx------"));
    setTime(at("d/e"), Instant.parse("2001-02-03T04:05:06.123456789Z"));
    planted.put("d/e", List.of("mtime", "mode"));
    Files.setPosixFilePermissions(secondary, PosixFilePermissions.fromString("rwx------"));
    planted.put(".", List.of("mode"));
    // Below what is elsewhere nothing can be compared before it is back.
    Files.writeString(at("swap1/two"), "CONTENTS of swap2/two\n");
    setTime(at("swap1/two"), time(primary.resolve("swap2/two")));
    return planted;
  }

  private void plantContent() throws Exception {
    Instant before = time(at("content"));
    byte[] bytes = Files.readAllBytes(at("content"));
    bytes[3] ^= 1;
    Files.write(at("content"), bytes);
    setTime(at("content"), before);
  }

  private static Map<String, List<String>> mended(Map<String, List<String>> planted) {
    Map<String, List<String>> mended = new TreeMap<>();
    planted.forEach(
        (path, what) -> {
          List<String> more = new ArrayList<>(what);
          more.add("mended");
          mended.put(path, more);
        });
    return mended;
  }

  private List<String> conflicts() throws Exception {
    Launcher.Result result = georep("conflicts", "list", "s", "--json");
    assertThat(result.code()).as(result.err()).isZero();
    List<String> paths = new ArrayList<>();
    for (JsonNode conflict : json.readTree(result.out())) {
      String path = conflict.path("path").asText();
      paths.add(path.substring(path.indexOf('/') + 1));
    }
    paths.sort(null);
    return paths;
  }

  private void assertEqualSides() {
    assertThat(RsyncOracle.differences(primary, secondary)).isEmpty();
  }

  @Test
  void withoutARunningSessionEverythingPlantedIsFoundAndMended() throws Exception {
    onceAndLater();
    assertThat(verify(0, "--deep")).isEmpty();
    Map<String, List<String>> planted = plantAll();
    List<String> before = RsyncOracle.differences(primary, secondary);
    plantContent();
    planted.put("content", List.of("content"));
    assertThat(verify(4)).as("its ctime tells").isEqualTo(planted);
    assertThat(verify(4, "--deep")).isEqualTo(planted);
    assertThat(RsyncOracle.differences(primary, secondary)).hasSize(before.size() + 1);

    planted.put("swap2/two", List.of("content"));
    planted.remove("."); // the crawl a session begins with has set that right
    assertThat(verify(4, "--deep", "--repair")).isEqualTo(mended(planted));
    assertEqualSides();
    assertThat(verify(0, "--deep")).isEmpty();
    assertConflicts();
  }

  /** Nothing else about a file hides that its contents differ. */
  @Test
  void contentsAreComparedOfWhatDiffersOtherwise() throws Exception {
    onceAndLater();
    Rot.in(at("mode"), sandbox.path().resolve("also-mode"));
    run("chmod", "0600", at("mode"));
    assertThat(verifyInParts(4, "--deep"))
        .isEqualTo(Map.of("mode", List.of(List.of("mode"), List.of("content"))));
    assertThat(verifyInParts(4, "--deep", "--repair"))
        .isEqualTo(
            Map.of("mode", List.of(List.of("mode", "mended"), List.of("content", "mended"))));
    assertEqualSides();
    assertThat(conflicts()).containsExactly("mode");
  }

  private void assertConflicts() throws Exception {
    assertThat(conflicts())
        .containsExactly(
            "c/h2",
            "content",
            "copied",
            "device",
            "extra",
            "kind",
            "link",
            "size",
            "swap2/two",
            "xdir/with/file",
            "xdir/with/more");
  }

  @Test
  void whileTheSessionRunsEverythingPlantedIsFoundAndMended() throws Exception {
    start();
    assertThat(verify(0, "--deep")).isEmpty();
    Map<String, List<String>> planted = plantAll();
    assertThat(verify(4)).isEqualTo(planted);
    plantContent();
    planted.put("content", List.of("content"));
    planted.put("swap2/two", List.of("content"));
    assertThat(verify(4, "--repair")).isEqualTo(mended(planted));
    assertEqualSides();
    assertThat(verify(0, "--deep")).isEmpty();
    assertConflicts();
    JsonNode status = json.readTree(georep("status", "s", "--json").out()).path(0);
    assertThat(status.path("verify_differences").asLong(-1)).isZero();
    assertThat(status.path("verify_last_success").isNumber()).isTrue();
  }

  @Test
  void peopleAreToldInLines() throws Exception {
    once();
    Files.delete(at("gone"));
    Launcher.Result result = georep("verify", "s");
    assertThat(result.code()).isEqualTo(4);
    assertThat(result.out().lines().toList())
        .hasSize(2)
        .anyMatch(line -> line.equals("gone: missing none instead of file"))
        .anyMatch(line -> line.startsWith(".: mtime "));
    assertThat(result.err()).contains("2 differ").contains("--repair");
    assertThat(georep("verify", "none").code()).isEqualTo(10);
  }

  /** Shares of the tree, one a second, find what was planted; one that is asked for waits. */
  @Test
  void aScheduledOneFindsItByAndBy() throws Exception {
    start("--verify-interval=24s");
    Waits.until("all was compared", () -> status().path("verify_last_success").isNumber());
    Files.writeString(at("a/b/deep"), "what nobody here wrote");
    Waits.until("it is found", () -> status().path("verify_differences").asLong() > 0);
    verify(4, "--repair");
    assertThat(at("a/b/deep")).hasContent("contents of a/b/deep");
  }

  /** A connection that breaks is made anew, and what was asked is asked again. */
  @Test
  void oneGoesOnWhenTheLinkIsLost() throws Exception {
    for (int i = 0; i < 400; i++) {
      Path many = Files.createDirectories(primary.resolve("many/" + i));
      Files.writeString(many.resolve("file"), "number " + i);
    }
    List<ProcessHandle> before = ProcessHandle.current().descendants().toList();
    start();
    Files.delete(at("many/1/file"));
    Files.delete(at("many/398/file"));
    for (int round = 0; round < 2; round++) {
      CompletableFuture<Map<String, List<String>>> verifying =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return verify(4, "--deep");
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      new Signal().await(Duration.ofMillis(300L * round));
      ProcessHandle.current()
          .descendants()
          .filter(process -> !before.contains(process))
          .forEach(ProcessHandle::destroyForcibly);
      assertThat(verifying.get())
          .containsOnlyKeys("many/1", "many/1/file", "many/398", "many/398/file");
    }
  }

  /** Those of the page, both of verify: differences, and when there were none. */
  private static List<Double> metrics(StatusServer page) throws Exception {
    String all =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(page.uri().resolve("/metrics")).build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    List<Double> both = new ArrayList<>();
    for (String name :
        List.of("georep_verify_differences{", "georep_verify_last_success_timestamp_seconds{")) {
      List<String> lines = all.lines().filter(line -> line.startsWith(name)).toList();
      assertThat(lines).as(all).hasSize(1);
      both.add(Double.valueOf(lines.get(0).substring(lines.get(0).lastIndexOf(' ') + 1)));
    }
    return both;
  }

  @Test
  void aFlagIsToldOfAndTheMetricsSayWhenItIsMended() throws Exception {
    String flagged = at("mode").toString();
    start();
    assumeTrue(
        Program.run(List.of("chattr", "+i", flagged)).exitCode() == 0,
        "the sandbox's file system knows no flags");
    Clock clock = Clock.systemUTC();
    SessionReports reports =
        new SessionReports(
            NativeLibc.instance(), StateDirectory.given(sandbox.path().resolve("state")), clock);
    try (StatusServer page =
        StatusServer.start(ListenAddress.parse("0"), reports, Optional.empty(), clock)) {
      assertThat(metrics(page)).as("before the first").containsExactly(Double.NaN, Double.NaN);
      assertThat(verify(4)).isEqualTo(Map.of("mode", List.of("flags")));
      Waits.untilPasses(() -> assertThat(metrics(page)).containsExactly(1.0, Double.NaN));

      Instant begun = clock.instant();
      assertThat(verify(4, "--repair")).isEqualTo(Map.of("mode", List.of("flags", "mended")));
      assertThat(Program.check("lsattr", flagged)).doesNotContain("i-");
      assertThat(verify(0)).isEmpty();
      Waits.untilPasses(
          () -> {
            List<Double> now = metrics(page);
            assertThat(now.get(0)).isZero();
            assertThat(now.get(1)).isGreaterThan((double) begun.getEpochSecond());
          });
    } finally {
      Program.run(List.of("chattr", "-i", flagged));
    }
  }
}
