package org.georep.runbook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.georep.cli.Launcher;
import org.georep.posix.NativeLibc;
import org.georep.testing.LoopImage;
import org.georep.testing.Program;
import org.georep.testing.RsyncOracle;
import org.georep.testing.Sandbox;
import org.georep.testing.Sshd;
import org.georep.testing.Waits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * The hosts of the runbooks, fresh for each test, and somebody who types what the pages say. When
 * all tests of a class passed and something on a page it {@link Plays} was not typed, the class
 * fails. Needs root and sshd.
 */
final class Stage implements BeforeEachCallback, AfterEachCallback, AfterAllCallback, TestWatcher {
  private static final String PRIMARY = "p.example";
  private static final String SECONDARY = "s.example";
  private static final long PAUSE_NANOS = 100_000_000;

  private final Map<String, Host> hosts = new LinkedHashMap<>();
  private final List<Path> disks = new ArrayList<>();
  private final Map<String, String> placeholders = new LinkedHashMap<>();
  private final Set<Runbook.Command> typed = new HashSet<>();
  private Sandbox sandbox = new Sandbox();
  private int passed;

  @Override
  public void beforeEach(ExtensionContext context) {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "identities of all kinds need root");
    Sshd.assumeAvailable();
    RsyncOracle.assumeAvailable();
    sandbox = Sandbox.open();
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    close();
    placeholders.clear();
    sandbox.close();
  }

  private void close() throws Exception {
    for (Host host : hosts.values()) {
      host.close();
    }
    hosts.clear();
    // Lazily: a journal that a verb read in this process stays mapped until its memory is
    // collected.
    disks.forEach(disk -> Program.check("umount", "-l", disk.toString()));
    disks.clear();
  }

  @Override
  public void testSuccessful(ExtensionContext context) {
    passed++;
  }

  @Override
  public void afterAll(ExtensionContext context) {
    Class<?> test = context.getRequiredTestClass();
    long tests =
        Arrays.stream(test.getDeclaredMethods())
            .filter(method -> method.isAnnotationPresent(Test.class))
            .count();
    if (passed < tests) {
      return;
    }
    for (String page : test.getAnnotation(Plays.class).value()) {
      assertThat(Runbook.read(page).commands()).as("not typed").isSubsetOf(typed);
    }
  }

  /** Returns where a file system of its own is mounted, an ext4. */
  Path disk(int mebibytes) {
    LoopImage disk = LoopImage.create(LoopImage.Kind.EXT4, sandbox.path(), mebibytes);
    disk.mount();
    disks.add(disk.mountPoint());
    return disk.mountPoint();
  }

  /** Returns a host, which is there from when it is first named. */
  Host host(String name) {
    return hosts.computeIfAbsent(
        name, it -> new Host(this, it, sandbox.directory(it.substring(0, it.indexOf('.')))));
  }

  Host primary() {
    return host(PRIMARY);
  }

  Host secondary() {
    return host(SECONDARY);
  }

  /** From now on the pages' words mean this. */
  void placeholder(String words, String meaning) {
    placeholders.put(words, meaning);
  }

  /** Types the block that comes after these words; every command has to succeed. */
  Typed type(String page, String words) throws Exception {
    return type(0, page, words);
  }

  /** Types the block that comes after these words; every command has to end with this code. */
  Typed type(int expected, String page, String words) throws Exception {
    return type(expected, Runbook.read(page).after(words));
  }

  /** Types a page from its beginning to its end. */
  Typed type(String page) throws Exception {
    return type(0, Runbook.read(page).commands());
  }

  private Typed type(int expected, List<Runbook.Command> commands) throws Exception {
    Typed results = new Typed();
    for (Runbook.Command command : commands) {
      String text = command.text();
      for (Map.Entry<String, String> each : placeholders.entrySet()) {
        text = text.replace(each.getKey(), each.getValue());
      }
      Launcher.Result result = host(command.host()).type(text);
      assertThat(result.code())
          .as("%s: %s%s", command, result.out(), result.err())
          .isEqualTo(expected);
      results.add(command, result);
      typed.add(command);
    }
    return results;
  }

  /** Sets up what the runbooks begin with: the session data, started, and in step. */
  void replicate() throws Exception {
    Host p = primary();
    Files.createDirectories(p.path("/data"));
    p.done("georep session create data /data s.example:/srv/data-copy");
    goOn();
  }

  /** Starts the session and a monitor, and waits until a change arrives. */
  void goOn() throws Exception {
    primary().done("georep session start data");
    primary().done("systemctl start georep");
    arrives("begun");
  }

  /** Makes a file on the primary, and waits for it on the secondary. */
  void arrives(String name) throws Exception {
    Files.writeString(primary().path("/data").resolve(name), name);
    Path copy = secondary().path("/srv/data-copy").resolve(name);
    until(name + " arrives", () -> Files.exists(copy));
  }

  /** Waits until something is so; says what an operator would look at if it does not become so. */
  void until(String what, Callable<Boolean> condition) throws Exception {
    try {
      Waits.until(
          what,
          Waits.limit().multipliedBy(2),
          () -> {
            if (condition.call()) {
              return true;
            }
            // What is asked here is not for nothing: the processes waited for need the processors.
            LockSupport.parkNanos(PAUSE_NANOS);
            return false;
          });
    } catch (AssertionError e) {
      StringBuilder all = new StringBuilder(e.getMessage());
      for (Host host : hosts.values()) {
        all.append('\n').append(host).append(":\n").append(host.told());
      }
      throw new AssertionError(all.toString(), e);
    }
  }

  /** Waits until the copy is as the primary. */
  void isInStep() throws Exception {
    isInStep(primary().path("/data"), secondary().path("/srv/data-copy"));
  }

  /** Waits until one is as the other. */
  void isInStep(Path one, Path other) throws Exception {
    until(other + " is as " + one, () -> RsyncOracle.differences(one, other).isEmpty());
  }
}
