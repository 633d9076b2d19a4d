package org.georep.replicator.worker;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.georep.engine.Outcome;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.protocol.Reply;
import org.georep.replicator.apply.DataPhase;
import org.georep.replicator.apply.StepResult;
import org.georep.replicator.plan.DirtySet;
import org.georep.replicator.quarantine.Quarantine;

/**
 * Between pipeline and quarantine: what failed goes in before a barrier can claim its batch, what succeeds comes out, and what is due
 * for another try becomes dirty again. For one thread.
 */
final class Failures {
  private final Quarantine quarantine;
  private final Meter meter;
  private final Clock clock;
  private final Set<Gfid> unlistable = new HashSet<>();

  Failures(Quarantine quarantine, Meter meter, Clock clock) {
    this.quarantine = quarantine;
    this.meter = meter;
    this.clock = clock;
  }

  /** Takes note of a step: what it looked at without failing is well again. */
  void step(StepResult result) throws IOException {
    Set<Place> failed = new HashSet<>();
    for (Reply.Failure failure : result.failures()) {
      failure.place().ifPresent(failed::add);
      report(failure);
    }
    if (!quarantine.isEmpty()) {
      for (Place place : result.looked()) {
        if (!failed.contains(place)) {
          quarantine.resolved(place);
        }
      }
      for (Gfid listed : result.listed()) {
        quarantine.resolvedIn(listed, failed);
      }
    }
  }

  private void report(Reply.Failure failure) throws IOException {
    meter.failures.incrementAndGet();
    quarantine.report(failure.place(), failure.gfid(), failure.errno(), failure.reason());
    if (failure.place().isEmpty()) {
      failure.gfid().ifPresent(unlistable::add);
    }
  }

  /** Takes note of contents that ended. */
  void ended(DataPhase.Ended ended) throws IOException {
    Gfid gfid = ended.job().gfid();
    Outcome outcome = ended.outcome();
    if (outcome instanceof Outcome.Failed failed) {
      meter.failures.incrementAndGet();
      quarantine.report(Optional.empty(), Optional.of(gfid), failed.errno(), failed.reason());
      return;
    }
    if (outcome instanceof Outcome.Published published) {
      meter.filesSynced.incrementAndGet();
      meter.bytesSynced.addAndGet(published.bytes());
    }
    if (!quarantine.isEmpty()) {
      quarantine.resolved(gfid);
    }
  }

  /** Makes what is due for another try dirty again. */
  void retry(DirtySet dirty, Set<Gfid> toList) throws IOException {
    if (quarantine.isEmpty()) {
      return;
    }
    for (Quarantine.Entry entry : quarantine.due(clock.instant())) {
      if (entry.place().isPresent()) {
        dirty.addName(entry.place().get());
      } else if (entry.gfid().isPresent()) {
        Gfid gfid = entry.gfid().get();
        if (unlistable.remove(gfid)) {
          toList.add(gfid);
        }
        dirty.addContents(gfid, Optional.empty());
      }
    }
  }

  /** Whether listing this directory failed: it is tried again from quarantine, not each time the agent misses it. */
  boolean isUnlistable(Gfid directory) {
    return unlistable.contains(directory);
  }

  /** Returns since when the oldest entry has failed. */
  Optional<Instant> oldest() {
    return quarantine.oldest();
  }

  boolean isEmpty() {
    return quarantine.isEmpty();
  }
}
