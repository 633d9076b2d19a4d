package org.georep.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.georep.posix.NativeLibc;

/**
 * A user without any privilege, as whom tests that run as root start programs: uid and gid of
 * {@code nobody}, no other groups, no capabilities. What the tests' class path holds may lie where
 * that user cannot read, so Java gets a copy of it.
 */
public final class OtherUser {
  /** The uid, and the gid. */
  public static final int ID = 65534;

  private final Path directory;
  private final Path setpriv;
  private final String classPath;

  /**
   * Prepares the class path; skips the test, with the reason, where that user cannot be had.
   *
   * @param directory an existing directory, used by nothing else and reachable by everybody
   */
  public OtherUser(Path directory) {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "only root can become another user");
    Path found = Program.find("setpriv").orElse(null);
    assumeTrue(found != null, "setpriv is not installed");
    this.setpriv = found;
    this.directory = directory;
    try {
      this.classPath = copyClassPath(Files.createDirectory(directory.resolve("classes")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Program.check("chmod", "-R", "a+rX", directory.toString());
    // A sandbox is its owner's alone: others may pass through it, no more.
    for (Path up = directory.getParent(); up != null && !isOpen(up); up = up.getParent()) {
      Program.check("chmod", "a+x", up.toString());
    }
  }

  private static boolean isOpen(Path directory) {
    try {
      return ((int) Files.getAttribute(directory, "unix:mode") & 1) != 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String copyClassPath(Path to) throws IOException {
    String all =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<String> copies = new ArrayList<>();
    for (String part : all.split(File.pathSeparator, -1)) {
      Path from = Path.of(part);
      if (Files.exists(from)) {
        Path copy = to.resolve(copies.size() + "-" + from.getFileName());
        copyTree(from, copy);
        copies.add(copy.toString());
      }
    }
    return String.join(File.pathSeparator, copies);
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        Files.copy(path, to.resolve(from.relativize(path).toString()), LinkOption.NOFOLLOW_LINKS);
      }
    }
  }

  /** Makes a directory that is this user's. */
  public Path directory(String name) {
    try {
      Path made = Files.createDirectories(directory.resolve(name));
      Files.setAttribute(made, "unix:uid", ID);
      Files.setAttribute(made, "unix:gid", ID);
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the command that runs another as this user. */
  public List<String> command(List<String> command) {
    List<String> all =
        new ArrayList<>(
            List.of(
                setpriv.toString(),
                "--reuid=" + ID,
                "--regid=" + ID,
                "--clear-groups",
                "--inh-caps=-all",
                "--bounding-set=-all",
                "--no-new-privs"));
    all.addAll(command);
    return all;
  }

  /** Returns the command that runs a class of this class path as this user. */
  public List<String> java(List<String> options, String main, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
            "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED"));
    command.addAll(options);
    command.addAll(List.of("-cp", classPath, main));
    command.addAll(arguments);
    return command(command);
  }

  /**
   * Runs test classes as this user, in a Java of its own.
   *
   * @return how each test ended: {@code SUCCESSFUL}, {@code ABORTED}, {@code FAILED}
   * @throws AssertionError if one failed, with all that was printed
   */
  public Map<String, String> runTests(String... classes) {
    Path sandboxes = directory("sandboxes");
    List<String> options = new ArrayList<>(List.of("-Dgeorep.test.directory=" + sandboxes));
    options.add("-Djava.io.tmpdir=" + directory("tmp"));
    for (String property : List.of("georep.test.scale", "georep.test.seed")) {
      String value = System.getProperty(property);
      if (value != null) {
        options.add("-D" + property + "=" + value);
      }
    }
    Program.Result result =
        Program.run(
            java(options, TestRun.class.getName(), List.of(classes)),
            Waits.limit().multipliedBy(5));
    if (result.exitCode() != 0) {
      throw new AssertionError("exit " + result.exitCode() + ":\n" + result.output());
    }
    Map<String, String> ends = new LinkedHashMap<>();
    result
        .output()
        .lines()
        .filter(line -> line.startsWith(TestRun.PREFIX))
        .map(line -> line.substring(TestRun.PREFIX.length()).split(" ", 2))
        .forEach(parts -> ends.put(parts[1], parts[0]));
    return ends;
  }
}
