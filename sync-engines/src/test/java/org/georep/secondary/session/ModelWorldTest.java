package org.georep.secondary.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.georep.posix.NativeLibc;
import org.georep.secondary.session.ModelWorld.Token;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random histories: whatever the primary did, and whoever died, both sides end the same. */
class ModelWorldTest {
  private static final String[] KINDS = {
    "create", "mkdir", "mkdir", "symlink", "fifo", "link", "unlink", "unlink", "rename", "rename",
    "rename", "rename", "exch", "write", "write", "chmod"
  };
  private static final String[] BUILD = {
    "create", "create", "mkdir", "mkdir", "mkdir", "symlink", "link", "rename"
  };
  private static final String[] MOVES = {
    "rename", "rename", "rename", "rename", "exch", "unlink", "write", "create"
  };
  private static final String[] RENAMES = {"rename", "rename", "exch"};
  private static final String[] NAMES = {"a", "b", "c"};

  private long kept;

  @BeforeEach
  void needsRoot() {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "owners and trusted attributes need root");
  }

  private static List<Token> history(
      Random random, int length, boolean faults, String[] kinds, double calm) {
    List<Token> history = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      double z = random.nextDouble();
      if (z < .62) {
        history.add(
            Token.of(
                kinds[random.nextInt(kinds.length)],
                random.nextInt(9),
                random.nextInt(5),
                NAMES[random.nextInt(3)]));
      } else if (z < .72) {
        history.add(Token.of("tick"));
      } else if (z < .82) {
        history.add(Token.of("cap", new int[] {1, 2, 9}[random.nextInt(3)]));
      } else if (z < calm || !faults) {
        history.add(Token.of("run", new int[] {1, 3, 7, 15, 40}[random.nextInt(5)]));
      } else {
        history.add(fault(random));
      }
    }
    return history;
  }

  private static Token fault(Random random) {
    return switch (random.nextInt(7)) {
      case 0 -> Token.of("crash", 0, 0, "session");
      case 1 -> Token.of("crash", 0, 0, "capture");
      case 2 -> Token.of("crash", 0, 0, "power");
      case 3 -> Token.of("crash", 0, 0, "kill");
      case 4, 5 -> Token.of("kill", 1 + random.nextInt(25));
      default -> Token.of("overflow");
    };
  }

  static List<Token> randomHistory(Random random, long seed) {
    List<Token> history = history(random, 3 + random.nextInt(22), true, KINDS, .94);
    if (seed % 8 == 0) {
      return history;
    }
    List<Token> all = history(random, 3 + random.nextInt(12), false, BUILD, 1);
    all.add(Token.of("settle"));
    all.addAll(seed % 2 == 1 ? history(random, 3 + random.nextInt(12), true, MOVES, .86) : history);
    return all;
  }

  private Optional<String> execute(
      List<Token> history, int size, boolean cut, boolean privileged, boolean keeping) {
    List<String> log = List.of();
    try (Quick quick = new Quick()) {
      ModelWorld world = new ModelWorld(quick.root(), size, cut, privileged, keeping);
      log = world.primary.log;
      for (Token token : history) {
        world.token(token);
      }
      Optional<String> wrong = world.settle();
      if (wrong.isEmpty()) {
        wrong = world.compare();
      }
      kept += world.kept;
      world.end();
      List<String> told = log;
      return wrong.map(text -> text + "\n    " + String.join("; ", told));
    } catch (Throwable e) {
      java.io.StringWriter trace = new java.io.StringWriter();
      e.printStackTrace(new java.io.PrintWriter(trace));
      return Optional.of("broke: " + trace + "\n    " + String.join("; ", log));
    }
  }

  private List<Token> shrunk(
      List<Token> history, int size, boolean cut, boolean privileged, boolean keeping) {
    List<Token> least = history;
    for (int i = 0; i < least.size(); ) {
      List<Token> less = new ArrayList<>(least);
      less.remove(i);
      if (execute(less, size, cut, privileged, keeping).isPresent()) {
        least = less;
        i = 0;
      } else {
        i++;
      }
    }
    return least;
  }

  @ParameterizedTest
  @CsvSource({"true, false", "false, false", "true, true", "false, true"})
  void everyHistoryConverges(boolean privileged, boolean keeping) {
    long first = Long.getLong("model.seed", 0);
    long count = Long.getLong("model.count", 300);
    for (long seed = first; seed < first + count; seed++) {
      Random random = new Random(seed);
      int size = new int[] {1, 2, 4, 50}[random.nextInt(4)];
      boolean cut = random.nextInt(4) == 0;
      List<Token> history = randomHistory(random, seed);
      if (execute(history, size, cut, privileged, keeping).isPresent()) {
        List<Token> least = shrunk(history, size, cut, privileged, keeping);
        assertThat(execute(least, size, cut, privileged, keeping).orElse("only sometimes"))
            .as("seed %d, batches of %d: %s", seed, size, least)
            .isEmpty();
      }
    }
    assertThat(kept > 0).as("%d names were deleted and are kept", kept).isEqualTo(keeping);
  }

  @Test
  void renamesInOneBatchSendNoData() throws Throwable {
    for (long seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      try (Quick quick = new Quick()) {
        ModelWorld world = new ModelWorld(quick.root(), 50, false);
        String[] build = {"create", "mkdir", "mkdir", "link"};
        for (Token token : history(random, 16, false, build, 1)) {
          if (!token.kind().equals("run")) {
            world.token(
                new Token(token.kind(), token.a(), intoVolume(world, token.b()), token.name()));
          }
        }
        world.settle();
        world.transfers = 0;
        for (Token token : history(random, 14, false, RENAMES, 1)) {
          if (!token.kind().equals("run") && !token.kind().equals("cap")) {
            int b = token.kind().equals("rename") ? intoVolume(world, token.b()) : token.b();
            world.token(new Token(token.kind(), token.a(), b, token.name()));
          }
        }
        assertThat(world.settle()).as("seed %d: %s", seed, world.primary.log).isEmpty();
        assertThat(world.compare()).as("seed %d: %s", seed, world.primary.log).isEmpty();
        assertThat(world.transfers).as("seed %d: %s", seed, world.primary.log).isZero();
        world.end();
      }
    }
  }

  private static int intoVolume(ModelWorld world, int b) {
    return world
            .primary
            .directories()
            .get(b % world.primary.directories().size())
            .equals(ModelPrimary.OUT)
        ? 0
        : b;
  }
}
