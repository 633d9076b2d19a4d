package org.georep.secondary.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.georep.posix.Failpoint;
import org.georep.posix.FileFailpoint;
import org.georep.posix.NativeLibc;
import org.georep.secondary.failpoint.AgentFailpoint;
import org.georep.testing.Killing;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The agent dies at each of its failpoints in turn: in random histories of the model, which also
 * tell whether the stime it left is true, and in a {@link FailpointPlay} of what the model's
 * primary does not do. A failpoint that neither reaches fails.
 */
class AgentFailpointTest {
  private static final int HISTORIES = 100;
  private static final int DEATHS = 6;
  private static final int PERFORMANCES = 3;

  /** What the model has not: others' entries in the way. */
  private static final Set<AgentFailpoint> ONLY_IN_THE_PLAY =
      EnumSet.of(AgentFailpoint.ADOPTED, AgentFailpoint.CONFLICT_MOVED);

  @BeforeEach
  void needsRoot() {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "owners and trusted attributes need root");
  }

  static Stream<Failpoint> all() {
    return Stream.concat(
        Arrays.stream(AgentFailpoint.values()), Arrays.stream(FileFailpoint.values()));
  }

  @ParameterizedTest
  @MethodSource("all")
  void inRandomHistories(Failpoint at) throws Throwable {
    assumeTrue(!ONLY_IN_THE_PLAY.contains(at), "only in the play");
    int deaths = 0;
    long first = 1_000L * at.name().hashCode();
    for (long seed = first; seed < first + HISTORIES && deaths < DEATHS; seed++) {
      Random random = new Random(seed);
      int size = new int[] {1, 4, 50}[random.nextInt(3)];
      List<ModelWorld.Token> history = new ArrayList<>();
      history.add(ModelWorld.Token.of("tick"));
      history.addAll(ModelWorldTest.randomHistory(random, seed));
      history.add(ModelWorld.Token.of("settle"));
      history.add(ModelWorld.Token.of("crash", 0, 0, seed % 2 == 0 ? "power" : "session"));
      try (Quick quick = new Quick()) {
        ModelWorld world =
            ModelWorld.dyingAt(
                quick.root(), size, seed % 4 == 0, at, (int) Math.floorMod(seed, 3L));
        Killing.during(
            world::reached,
            () -> {
              world.startOrAgain();
              for (ModelWorld.Token token : history) {
                world.token(token);
              }
            });
        Optional<String> wrong = world.settle();
        assertThat(wrong.isPresent() ? wrong : world.compare())
            .as("%s, seed %d: %s", at, seed, world.primary.log)
            .isEmpty();
        world.end();
        deaths += world.deaths;
      }
    }
    assertThat(deaths).as("how often it died at %s", at).isPositive();
  }

  @ParameterizedTest
  @MethodSource("all")
  void inThePlay(Failpoint at) throws Throwable {
    int deaths = 0;
    int died = 1;
    for (int passes = 0; died > 0 && passes < PERFORMANCES; passes++) {
      try (Quick quick = new Quick()) {
        died = new FailpointPlay(quick.root(), at, passes).perform();
      }
      deaths += died;
    }
    assertThat(deaths).as("how often it died at %s", at).isPositive();
  }
}
