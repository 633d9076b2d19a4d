package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.georep.posix.NativeLibc;
import org.georep.testing.Program;
import org.georep.testing.RsyncOracle;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A secondary that is the primary of another session: what its agent does is captured there. */
final class CascadeTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private final List<Ending> endings = new ArrayList<>();
  private final List<CompletableFuture<Launcher.Result>> sessions = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    endings.forEach(Ending::requestStop);
    for (CompletableFuture<Launcher.Result> session : sessions) {
      assertThat(session.get().code()).as(session.get().err()).isZero();
    }
  }

  private void start(String name, Path from, Path to) {
    Launcher georep = new Launcher(sandbox.path().resolve("state-" + name));
    Ending ending = Ending.onRequest(); // it tells but one
    endings.add(ending);
    sessions.add(
        CompletableFuture.supplyAsync(
            () -> georep.run(ending, "replicate", "--name=" + name, from + "", to + "")));
  }

  private static void sh(Path directory, String script) {
    Program.check("sh", "-ec", "cd '" + directory + "'; " + script);
  }

  private static Object inode(Path path) throws Exception {
    return Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  private static String mark(Path path) {
    return Program.check(
        "getfattr", "-e", "hex", "--only-values", "-n", "trusted.georep.gfid", path.toString());
  }

  @Test
  void whatHappensAtTheFirstArrivesAtTheThird() throws Exception {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "capture by fanotify needs root");
    Path first = sandbox.directory("first");
    Path second = sandbox.directory("second");
    Path third = sandbox.path().resolve("third");
    sh(
        first,
        "mkdir -p a/b/c d; seq 50 | while read i; do echo $i > a/b/c/$i; done; ln a/b/c/1 d/link;"
            + " ln -s nowhere d/s; head -c 300000 /dev/urandom > large; setfattr -n user.k -v v d");
    start("ab", first, second);
    Waits.until("the second has begun", () -> Files.exists(second.resolve("large")));
    start("bc", second, third);
    inStep(first, third);
    Object directory = inode(third.resolve("a/b"));
    Object file = inode(third.resolve("a/b/c/7"));

    sh(
        first,
        "mv a/b d/moved; echo more >> large; rm d/s; chmod 600 d/moved/c/2; echo n > a/new;"
            + " mv d/moved/c/3 d/moved/c/4; ln d/moved/c/5 a/five; mkdir e; mv a/new e/was-new");
    inStep(first, third);

    assertThat(inode(third.resolve("d/moved"))).isEqualTo(directory);
    assertThat(inode(third.resolve("d/moved/c/7"))).isEqualTo(file);
    assertThat(inode(third.resolve("a/five"))).isEqualTo(inode(third.resolve("d/moved/c/5")));
    assertThat(mark(third.resolve("large"))).isNotEqualTo(mark(second.resolve("large")));
    // The conflicts of the second are no data of the third.
    sh(second, "mkdir -p .georep/conflicts/test; echo x > .georep/conflicts/test/x");
    sh(first, "rm -r d/moved/c; echo last > last");
    inStep(first, third);
    assertThat(third.resolve(".georep/conflicts/test")).doesNotExist();
  }

  private static void inStep(Path first, Path third) throws Exception {
    Waits.untilPasses(() -> assertThat(RsyncOracle.differences(first, third)).isEmpty());
  }
}
