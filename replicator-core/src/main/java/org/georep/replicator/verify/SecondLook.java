package org.georep.replicator.verify;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.protocol.Aspect;
import org.georep.protocol.Finding;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.protocol.Trait;
import org.georep.protocol.Want;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a candidate stands. When the secondary has caught up with the moment it was seen,
 * both sides are looked at again, the primary first. If the primary's entry is the same as before
 * and the same is found, it stands; if the secondary's changed meanwhile, only when that was so
 * several times, for then it is not georep that changes it. If the primary's changed it is a
 * candidate anew, and after some times nothing is said of it. For one thread.
 */
final class SecondLook {
  private static final int AT_A_TIME = 500;
  private static final int MOST_LOOKS = 6;
  private static final int LOOKS_WHILE_THE_OTHER_CHANGES = 3;

  private final PartReader reader;
  private final VerifyDesk desk;
  private final Candidates candidates;
  private final Clock clock;
  private final Predicate<Instant> passed;

  /**
   * Makes it.
   *
   * @param passed whether what was seen at a moment may be judged
   */
  SecondLook(
      PartReader reader,
      VerifyDesk desk,
      Candidates candidates,
      Clock clock,
      Predicate<Instant> passed) {
    this.reader = Objects.requireNonNull(reader, "reader is null");
    this.desk = Objects.requireNonNull(desk, "desk is null");
    this.candidates = Objects.requireNonNull(candidates, "candidates is null");
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.passed = Objects.requireNonNull(passed, "passed is null");
  }

  /** A directory below which can be compared. */
  record Below(Gfid gfid, EntryPath path, Place place) {}

  /**
   * What came of it.
   *
   * @param standing differences
   * @param agreed candidates that differ no more
   * @param fine of those the directories whose contents have yet to be compared
   * @param unsettled how many were given up
   */
  record Verdict(
      List<Candidate> standing, List<Candidate> agreed, List<Below> fine, long unsettled) {}

  /** Keeps the walk from what is below a name that is not what it should be. */
  void noteName(Candidate.Key key, Finding finding, Candidate.Print print) {
    if (key.name().isPresent() && print.directory() && finding.isAboutTheName()) {
      candidates.notBelow(new Place(key.directory(), key.name().get()));
    }
  }

  Verdict judge() throws IOException, InterruptedException {
    List<Candidate> due = candidates.take(candidate -> passed.test(candidate.seen()), AT_A_TIME);
    Verdict verdict = new Verdict(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), 0);
    long unsettled = 0;
    for (Map.Entry<Candidate, Optional<Now>> each : look(due).entrySet()) {
      Candidate was = each.getKey();
      Optional<Now> now = each.getValue();
      if (now.isEmpty() || now.get().finding() == null) {
        now.ifPresent(look -> verdict.agreed().add(was));
        below(was, now).ifPresent(verdict.fine()::add);
      } else if (stands(was, now.get())) {
        verdict.standing().add(was.again(now.get().finding(), now.get().print(), was.seen()));
      } else if (was.looks() >= MOST_LOOKS) {
        unsettled++;
      } else {
        Instant seen = clock.instant();
        candidates.addAgain(was.again(now.get().finding(), now.get().print(), seen));
      }
    }
    return new Verdict(verdict.standing(), verdict.agreed(), verdict.fine(), unsettled);
  }

  private static boolean stands(Candidate was, Now now) {
    Finding finding = Objects.requireNonNull(now.finding());
    boolean asName = was.finding().isAboutTheName() && finding.isAboutTheName();
    if (!was.primary().sameAs(now.print(), asName)) {
      return false;
    }
    return finding.equals(was.finding())
        || (was.looks() >= LOOKS_WHILE_THE_OTHER_CHANGES
            && aspects(finding).equals(aspects(was.finding())));
  }

  private static List<?> aspects(Finding finding) {
    return finding.traits().stream().map(Trait::aspect).toList();
  }

  /** Returns the directory of a name that is as it should be now. */
  Optional<Below> below(Candidate was) {
    return below(was, Optional.of(new Now(null, was.primary())));
  }

  private Optional<Below> below(Candidate was, Optional<Now> now) {
    Optional<FileName> name = was.key().name();
    if (name.isEmpty()) {
      return Optional.empty();
    }
    Place place = new Place(was.key().directory(), name.get());
    if (!candidates.isNotBelow(place)) {
      return Optional.empty();
    }
    candidates.below(place);
    return now.map(Now::print)
        .filter(Candidate.Print::directory)
        .flatMap(Candidate.Print::gfid)
        .map(gfid -> new Below(gfid, was.path(), place));
  }

  /**
   * Both sides now.
   *
   * @param finding null if they agree
   */
  record Now(@Nullable Finding finding, Candidate.Print print) {}

  /** Looks at candidates; nothing for those whose directory is gone. */
  Map<Candidate, Optional<Now>> look(List<Candidate> due) throws IOException, InterruptedException {
    Map<Gfid, List<Candidate>> byDirectory = new LinkedHashMap<>();
    due.forEach(
        candidate ->
            byDirectory
                .computeIfAbsent(candidate.key().directory(), gfid -> new ArrayList<>())
                .add(candidate));
    Map<Candidate, Optional<Now>> all = new LinkedHashMap<>();
    for (List<Candidate> group : byDirectory.values()) {
      look(group, all);
    }
    return all;
  }

  private void look(List<Candidate> group, Map<Candidate, Optional<Now>> all)
      throws IOException, InterruptedException {
    Candidate.Key first = group.get(0).key();
    Optional<PartReader.Again> again = reader.again(first, group, group.get(0).path());
    if (again.isEmpty()) {
      group.forEach(candidate -> all.put(candidate, Optional.empty()));
      return;
    }
    Reply.Inspected inspected =
        desk.ask(
            new Request.Inspect(
                first.directory(), again.get().itself(), Optional.empty(), again.get().wants()),
            Reply.Inspected.class);
    if (inspected.findings().stream()
        .anyMatch(finding -> finding.name().isEmpty() && finding.has(Aspect.MISSING))) {
      // The directory is not there: that is told by its own name.
      group.forEach(candidate -> all.put(candidate, Optional.empty()));
      return;
    }
    Map<Optional<FileName>, Finding> findings = new HashMap<>();
    for (Finding finding : inspected.findings()) {
      finding.without(Aspect.CONTENT).ifPresent(sure -> findings.put(sure.name(), sure));
    }
    for (Candidate candidate : group) {
      Optional<FileName> name = candidate.key().name();
      Candidate.Print print =
          name.map(named -> print(again.get().wants(), named))
              .orElseGet(
                  () ->
                      again
                          .get()
                          .itself()
                          .map(Candidate.Print::of)
                          .orElse(Candidate.Print.NOTHING));
      all.put(candidate, Optional.of(new Now(findings.get(name), print)));
    }
  }

  /** Returns what the primary has at a name. */
  static Candidate.Print print(List<Want> wants, FileName name) {
    return wants.stream()
        .filter(want -> want.name().equals(name))
        .findFirst()
        .map(Candidate.Print::of)
        .orElse(Candidate.Print.NOTHING);
  }
}
