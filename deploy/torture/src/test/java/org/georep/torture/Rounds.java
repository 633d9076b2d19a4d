package org.georep.torture;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * What a seed chooses for a run besides its set-up: the authors, and round by round how much they
 * do and what goes wrong. It depends on nothing that happens, so that it can be told beforehand.
 */
final class Rounds {
  private final Random random;
  private final List<Fault> allowed;
  private final double rate;
  private final List<Author> authors = new ArrayList<>();
  private int made;
  private boolean kept;

  /**
   * Makes it.
   *
   * @param allowed what may go wrong; what cannot in this set-up is not chosen
   * @param rate faults a round on average
   */
  Rounds(SetUp setUp, List<Fault> allowed, double rate) {
    this.random = new Random(setUp.seed());
    this.allowed = allowed.stream().filter(fault -> fault.canHappen(setUp)).toList();
    this.rate = rate;
    int longestRest = new int[] {0, 2_000, 20_000}[random.nextInt(3)];
    // Written through a name that is gone when its event is read: inotify does not tell by whose.
    boolean links = !setUp.capture().equals("inotify");
    for (int writer = random.nextInt(4); writer >= 0; writer--) {
      authors.add(new Author(writer, random.nextLong(), longestRest, links));
    }
  }

  /** When in a round something goes wrong. */
  record Planned(int afterOperations, long delayMillis, Fault fault, long millis) {}

  /**
   * A round.
   *
   * @param operationsEach of every author
   * @param before what happens before the writers begin
   * @param faults what goes wrong meanwhile, in their order
   */
  record Round(int operationsEach, Optional<Fault> before, List<Planned> faults) {
    /** Returns all that goes wrong, in its order. */
    List<Fault> kinds() {
      return Stream.concat(before.stream(), faults.stream().map(Planned::fault)).toList();
    }
  }

  List<Author> authors() {
    return authors;
  }

  /** Returns the next rounds, until there are so many operations. */
  List<Round> until(long operations) {
    List<Round> rounds = new ArrayList<>();
    for (long count = 0; count < operations; ) {
      Round round = next();
      rounds.add(round);
      count += (long) round.operationsEach() * authors.size();
    }
    return rounds;
  }

  Round next() {
    int each = (100 + random.nextInt(random.nextInt(4) == 0 ? 1500 : 300)) / authors.size();
    int count = (int) Math.round(rate * 2 * random.nextDouble());
    Optional<Fault> before = before();
    // A secondary that cannot be written to when it is to be made is an error, and said.
    List<Fault> now =
        allowed.stream()
            .filter(fault -> !fault.needsQuiet() && (made > 0 || !fault.deniesWriting()))
            .toList();
    made++;
    return new Round(each, before, plan(now, count, each * authors.size()));
  }

  private Optional<Fault> before() {
    List<Fault> restoring = allowed.stream().filter(Fault::restores).toList();
    if (restoring.isEmpty()) {
      return Optional.empty();
    }
    if (random.nextInt(6) == 0) {
      Fault chosen = Fault.choose(random, restoring);
      if (kept) {
        return Optional.of(chosen);
      }
      // There is nothing older yet that a file system could be taken back to.
      return made == 0 ? Optional.empty() : keep();
    }
    return made % 3 == 1 ? keep() : Optional.empty();
  }

  private Optional<Fault> keep() {
    kept = true;
    return Optional.of(Fault.SNAPSHOT);
  }

  private List<Planned> plan(List<Fault> now, int count, int operations) {
    List<Planned> plan = new ArrayList<>();
    for (int i = 0; i < count && !now.isEmpty(); i++) {
      Fault fault = Fault.choose(random, now);
      boolean late = random.nextInt(3) == 0;
      plan.add(
          new Planned(
              late ? operations : random.nextInt(operations),
              random.nextInt(late ? 2500 : 150),
              fault,
              fault.lasts() ? lasting() : 0));
    }
    plan.sort(Comparator.comparingInt(Planned::afterOperations));
    return plan;
  }

  private long lasting() {
    return random.nextInt(4) == 0 ? 3000 + random.nextInt(9000) : 50 + random.nextInt(1500);
  }
}
