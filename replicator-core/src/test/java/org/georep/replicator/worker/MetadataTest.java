package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.georep.changelog.capture.CaptureWish;
import org.georep.posix.NativeLibc;
import org.georep.testing.LoopImage;
import org.georep.testing.Program;
import org.georep.testing.RsyncOracle;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * All of an inode but its contents, as other programs see it: rsync, stat, getfattr, getfacl and
 * lsattr. As root.
 */
final class MetadataTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  @BeforeEach
  void needs() {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "owners and flags need root");
    for (String program : List.of("lsattr", "chattr", "setfattr", "setfacl", "setcap")) {
      assumeTrue(Program.find(program).isPresent(), program + " is not installed");
    }
    RsyncOracle.assumeAvailable();
  }

  private static String sh(Path directory, String script) {
    return Program.check(List.of("sh", "-ec", "cd '" + directory + "'; " + script));
  }

  /** What the other programs say of a tree, sorted. */
  private static List<String> seen(Path root) {
    String all = "find . -mindepth 1 \\( -path ./.georep -o -path ./lost+found \\) -prune -o";
    return sh(
            root,
            all
                + " \\( -type f -o -type d \\) -print0 | sort -z | xargs -0 lsattr -d |"
                + " sed -E 's/^[^ ]*(i)[^ ]* /I /; t; s/^[^ ]*a[^ ]* /A /; t; s/^[^ ]* /- /';"
                + all
                + " -print0 | sort -z | xargs -0 stat -c '%N %f %u:%g %t,%T %y %h';"
                + all
                + " -print0 | sort -z | xargs -0 getfattr -h -d -m - -e hex 2>/dev/null |"
                + " grep -v '^trusted.georep\\|^trusted.SGI_ACL\\|^user.georep' |"
                + " awk '/^# file/ {f = $0} !/^#/ && NF {print f, $0}';"
                + all
                + " -not -type l -print0 | sort -z | xargs -0 getfacl -n |"
                + " awk '/^# file/ {f = $0} !/^# file/ && NF {print f, $0}'")
        .lines()
        .toList();
  }

  private static void assertSame(Scene scene) throws Exception {
    scene.assertInStep();
    List<String> there = new ArrayList<>(seen(scene.secondary));
    List<String> here = new ArrayList<>(seen(scene.primary));
    there.removeAll(seen(scene.primary));
    here.removeAll(seen(scene.secondary));
    assertThat(there).as("on the secondary; on the primary: " + here).isEmpty();
    assertThat(here).isEmpty();
    assertThat(scene.secondary.resolve(".georep/lifted"))
        .satisfiesAnyOf(
            path -> assertThat(path).doesNotExist(), path -> assertThat(path).isEmptyDirectory());
  }

  /** A sandbox with flagged files cannot be removed. */
  private static void clear(Scene scene) {
    for (Path root : List.of(scene.primary, scene.secondary)) {
      Program.run(List.of("chattr", "-R", "-f", "-i", "-a", root.toString()));
    }
  }

  private static final String MAKE =
      """
      mkdir -p d/below kept/in fixed/in grow/in
      for f in plain moved d/f d/below/g kept/in/k fixed/f fixed/in/f grow/f grow/in/f; do echo $f >$f; done
      ln plain linked; ln plain fixed/linked
      printf x >suid; chown 12:34 suid; chmod 6755 suid
      printf x >sgid; chown 0:50 sgid; chmod 2711 sgid
      cp /bin/true caps; setcap cap_net_raw+ep caps; chown 7:8 caps; setcap cap_net_raw+ep caps
      mkdir sticky; chmod 1777 sticky; mkdir setgid; chown 0:77 setgid; chmod 2775 setgid
      setfattr -n user.a -v 1 plain; setfattr -n trusted.b -v 2 plain; setfattr -n security.c -v 3 d
      setfattr -n trusted.empty plain; setfattr -n user.a/b -v 5 plain
      mkfifo fifo; chown 3:4 fifo; mknod chr c 1 3; chmod 604 chr; mknod blk b 259 300; chown 5 blk
      python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("sock")'
      chown 9:10 sock; chmod 751 sock
      ln -s target sym; chown -h 11:12 sym; setfattr -h -n trusted.s -v 4 sym; ln -s dangling/.. sym2
      setfacl -m u:99:rwx,g:98:r-x plain; setfacl -d -m u:97:rwx,o::- d; setfacl -m m::r d/f
      mkdir d/inherits; echo y >d/inherits/z; chmod 0 kept; chmod 0 moved
      truncate -s 5M sparse; printf end >>sparse; fallocate -l 1M reserved
      touch -h -d '1969-01-01 00:00:00.000000001' plain; touch -h -d 2001-02-03T04:05:06.987654321 sym
      touch -d '2038-02-01 00:00:00.5' d; touch -h -d '2020-01-01 1:1:1.123456789' fifo chr sock fixed
      chattr +i plain; chattr +a d/f; chattr +i fixed/in/f; chattr +i fixed/in; chattr +i fixed
      chattr +a grow/f; chattr +a grow; chattr +i grow/in/f
      """;

  /** Without capture: the kernel tells nobody of a change of flags, a walk sees the ctime. */
  @ParameterizedTest
  @EnumSource(LoopImage.Kind.class)
  void everythingArrivesAndStays(LoopImage.Kind kind) throws Exception {
    try (Scene scene = Scene.on(kind, kind, sandbox, CaptureWish.NONE)) {
      try {
        for (String step : steps()) {
          sh(scene.primary, step);
          scene.session.once();
          try {
            assertSame(scene);
          } catch (AssertionError e) {
            throw new AssertionError("after: " + step, e);
          }
        }
      } finally {
        clear(scene);
      }
    }
  }

  private static List<String> steps() {
    return List.of(
        MAKE,
        "echo more >>d/f; touch d/below/g; chattr -i fixed/linked plain; echo changed >plain;"
            + " chown 44 plain; setfacl -b plain; setfattr -x user.a plain; setfattr -x security.c d;"
            + " chattr -i fixed; touch fixed/new; rm fixed/linked; mv fixed/f d/from;"
            + " chattr +i fixed plain; chown 1:2 caps; chmod 4755 caps; setcap cap_chown+ep caps",
        "chattr -i plain fixed; mv plain d/renamed; chattr +i d/renamed; chmod 700 fixed;"
            + " chattr +a fixed; echo q >fixed/q; chattr -a grow grow/f; rm grow/f;"
            + " echo new >grow/f; mv grow d/grown; chattr +a d/grown; chown 9:9 suid;"
            + " chmod 4711 suid; rm chr; mknod chr c 1 5; touch -h -d @1.000000007 sym",
        "chattr -i d/grown/in/f; rm d/grown/in/f; mkfifo d/grown/in/f; chattr -a fixed;"
            + " chattr -i fixed/in fixed/in/f; rm -r fixed; chattr -i d/renamed; echo a >t;"
            + " chattr -a d/f; mv t d/f; chattr +i d/f; touch d",
        "chattr -i d/f; chattr -a d/grown; rm -r d");
  }

  @Test
  void aChangeOfFlagsAloneIsFoundByAWalk() throws Exception {
    try (Scene scene =
        Scene.on(LoopImage.Kind.EXT4, LoopImage.Kind.EXT4, sandbox, CaptureWish.NONE)) {
      sh(scene.primary, "mkdir d; echo f >d/f; echo g >d/g; chattr +i d/g");
      try {
        scene.session.once();
        assertSame(scene);
        sh(scene.primary, "chattr +i d/f; chattr -i d/g; chattr +a d");
        scene.session.once();
        assertSame(scene);
        long inode = (long) Files.getAttribute(scene.secondary.resolve("d/f"), "unix:ino");
        scene.session.once();
        assertThat(Files.getAttribute(scene.secondary.resolve("d/f"), "unix:ino")).isEqualTo(inode);
      } finally {
        clear(scene);
      }
    }
  }
}
