package org.georep.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.georep.testing.LoopImage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the seeds that CI runs each time choose, taken from .ci/run itself. */
final class FixedSeedsTest {
  private static final List<SetUp> SET_UPS = new ArrayList<>();
  private static final Set<Fault> CHOSEN = EnumSet.noneOf(Fault.class);
  private static boolean floodsSmallJournal;

  @BeforeAll
  static void choose() throws IOException {
    String script = Files.readString(Path.of("../../.ci/run"));
    long operations = Long.parseLong(option(script, "--operations"));
    double rate = Double.parseDouble(option(script, "--fault-rate"));
    for (String word : option(script, "--seed").split(",", -1)) {
      SetUp setUp = SetUp.of(Long.parseLong(word));
      SET_UPS.add(setUp);
      Rounds rounds = new Rounds(setUp, Fault.parse("all"), rate);
      Set<Fault> faults = EnumSet.noneOf(Fault.class);
      rounds.until(operations).forEach(round -> faults.addAll(round.kinds()));
      CHOSEN.addAll(faults);
      floodsSmallJournal |= faults.contains(Fault.FLOOD) && Arena.hasSmallJournal(setUp);
    }
  }

  private static String option(String script, String name) {
    Matcher found = Pattern.compile(name + " ([0-9.,]+)").matcher(script);
    assertThat(found.find()).as(name).isTrue();
    return found.group(1);
  }

  @Test
  void everyKindOfFaultIsChosenWhereItCanHaveAnEffect() {
    assertThat(CHOSEN).containsExactlyInAnyOrder(Fault.values());
    assertThat(floodsSmallJournal).isTrue();
  }

  @Test
  void everyFileSystemEngineAndCaptureIsThere() {
    assertThat(SET_UPS)
        .extracting(SetUp::kind)
        .contains(LoopImage.Kind.EXT4, LoopImage.Kind.XFS, LoopImage.Kind.BTRFS);
    assertThat(SET_UPS).extracting(SetUp::engine).contains("auto", "stream", "rsync", "tarssh");
    assertThat(SET_UPS).extracting(SetUp::capture).contains("fanotify", "inotify");
    assertThat(SET_UPS).extracting(SetUp::hosted).contains(true, false);
    assertThat(SET_UPS).extracting(SetUp::handles).contains(true, false);
  }

  @Test
  void noSeedChoosesWhatCannotHaveAnEffect() {
    for (long seed = 0; seed < 300; seed++) {
      SetUp setUp = SetUp.of(seed);
      List<Fault> chosen =
          new Rounds(setUp, Fault.parse("all"), 4)
              .until(3000).stream().flatMap(round -> round.kinds().stream()).toList();
      assertThat(chosen).allMatch(fault -> fault.canHappen(setUp));
      int kept = chosen.indexOf(Fault.SNAPSHOT);
      assertThat(chosen.stream().limit(Math.max(0, kept))).noneMatch(Fault::restores);
      if (kept < 0) {
        assertThat(chosen).noneMatch(Fault::restores);
      }
    }
  }
}
