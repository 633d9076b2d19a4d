package org.georep.replicator.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Shown;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.posix.PosixException;
import org.georep.replicator.session.FilterFile;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** rsync itself says what its patterns mean. */
class FilterAgainstRsyncTest {
  private static final String[] NAMES = {
    "a", "b", "ab", "ba", "aXb", "foo", "foo.o", "bar.txt", "A", "a b", "x]y", "*", "a*b", "a\\b",
    "[a]", "-", "a-z", "#c", ";d", "\u00e9", "\377\200", "a\377", ".hid", "0", "9a", "!x", "^y", "?"
  };
  private static final String[] PIECES = {
    "a",
    "b",
    "ab",
    "foo",
    "*",
    "*",
    "**",
    "***",
    "?",
    "/",
    "/",
    "/",
    "[ab]",
    "[a-z]",
    "[!a]",
    "[^b]",
    "[]x]",
    "[[:alpha:]]",
    "[[:digit:]x]",
    "[a-]",
    "[\\]]",
    "\\*",
    "\\",
    "\\a",
    "X",
    ".o",
    "bar",
    "[",
    "]",
    "-",
    " ",
    "\377",
    "[\200-\377]",
    "#",
    "[[:bogus:]]",
    "[b-a]",
    "[a-\\z]",
    ".txt",
    "[[:]",
    "[!]a]",
    "[[x]",
    "\\\\",
    "\u00e9"
  };

  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private final Libc libc = NativeLibc.instance();
  private final Map<EntryPath, Boolean> tree = new HashMap<>();

  @BeforeEach
  void needsRsync() {
    assumeTrue(Program.find("rsync").isPresent(), "rsync is not installed");
  }

  @Test
  void agreesOnPatternsOfEveryKind() throws Exception {
    Path root = sandbox.directory("tree");
    grow(root, EntryPath.ROOT, 0, new Random(1));
    List<String> cases =
        List.of(
            "a",
            "/a",
            "a/",
            "/a/",
            "a/b",
            "/a/b",
            "*/b",
            "a/*",
            "**/b",
            "a/**",
            "/**",
            "**",
            "*",
            "a/***",
            "/a/***",
            "***",
            "*/",
            "/*/",
            "a/**/b",
            "**/a/b",
            "foo**",
            "foo*",
            "/foo**b",
            "?",
            "??",
            "a?b",
            "[a]",
            "\\[a]",
            "[[]a]",
            "a\\*b",
            "a\\b",
            "\\*",
            "*\\",
            "a**b",
            "/",
            "//",
            "a//b",
            "//a",
            "+ a\n- *",
            "- a/b\n+ a/\n- *",
            "+ */\n+ foo.o\n- *",
            "a\n!\nb",
            "+ a/***\n- *",
            "# a",
            "- #c",
            ";d",
            "- ;d",
            "*.o\n+ *",
            "**/",
            "/**/a",
            "a/b/",
            "*b/**",
            "a*/b*",
            "[!a-z]",
            "[[:upper:]]",
            "a/*/b",
            "**a",
            "**a**",
            "*/**",
            "/*/**",
            "a/**/",
            "**/a/**",
            "+ **/\n- **",
            "./a",
            "a/.",
            " a",
            "a ",
            "- ",
            "+ ",
            "-a",
            "+a",
            "- - ");
    for (String rules : cases) {
      if (rules.equals("- ") || rules.equals("+ ")) {
        continue;
      }
      check(root, rules.getBytes(StandardCharsets.ISO_8859_1));
    }
  }

  @Test
  void agreesOnRandomPatterns() throws Exception {
    long seed = Long.getLong("georep.test.seed", System.nanoTime());
    System.out.println("seed " + seed + " (-Dgeorep.test.seed)");
    Random random = new Random(seed);
    Path root = sandbox.directory("tree");
    grow(root, EntryPath.ROOT, 0, random);
    int cases = Integer.getInteger("georep.test.cases", 250);
    for (int i = 0; i < cases; i++) {
      StringBuilder rules = new StringBuilder();
      int count = 1 + random.nextInt(4);
      for (int rule = 0; rule < count; rule++) {
        rules.append(random.nextInt(3) == 0 ? "+ " : "- ");
        int pieces = 1 + random.nextInt(5);
        for (int piece = 0; piece < pieces; piece++) {
          rules.append(PIECES[random.nextInt(PIECES.length)]);
        }
        rules.append('\n');
      }
      check(root, rules.toString().getBytes(StandardCharsets.ISO_8859_1));
    }
  }

  private void check(Path root, byte[] rules) throws Exception {
    Path file = sandbox.path().resolve("rules");
    Files.write(file, rules);
    Filter filter = Filter.of(FilterFile.read(file));
    Set<String> taken = new TreeSet<>();
    tree.forEach(
        (path, directory) -> {
          if (!filter.leavesOut(path, directory)) {
            taken.add(latin(path.toBytes()) + (directory ? "/" : ""));
          }
        });
    assertThat(taken)
        .as("rules: %s", Shown.of(rules))
        .containsExactlyInAnyOrderElementsOf(rsyncTakes(root, file, sandbox.directory("empty")));
  }

  private static Set<String> rsyncTakes(Path root, Path rules, Path empty) {
    String output =
        Program.check(
            "rsync", "-rn8", "--out-format=%n", "--exclude-from=" + rules, root + "/", empty + "/");
    Set<String> names = new LinkedHashSet<>(List.of(output.split("\n")));
    names.remove("./");
    names.remove("");
    return names;
  }

  private static String latin(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private void grow(Path root, EntryPath at, int depth, Random random) throws PosixException {
    List<String> names = new ArrayList<>(List.of(NAMES));
    java.util.Collections.shuffle(names, random);
    int count = depth == 0 ? names.size() : 2 + random.nextInt(8);
    for (String name : names.subList(0, count)) {
      EntryPath path = at.resolve(FileName.of(name.getBytes(StandardCharsets.ISO_8859_1)));
      boolean directory = depth < 3 && random.nextInt(depth + 2) == 0;
      tree.put(path, directory);
      if (directory) {
        libc.mkdirat(Linux.AT_FDCWD, absolute(root, path), 0755);
        grow(root, path, depth + 1, random);
      } else {
        libc.close(
            libc.openat(
                Linux.AT_FDCWD, absolute(root, path), Linux.O_WRONLY | Linux.O_CREAT, 0644));
      }
    }
  }

  private static byte[] absolute(Path root, EntryPath path) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(org.georep.posix.RawPath.toBytes(root));
    out.write('/');
    out.writeBytes(path.toBytes());
    return out.toByteArray();
  }
}
