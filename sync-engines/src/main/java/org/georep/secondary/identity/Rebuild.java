package org.georep.secondary.identity;

import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Stat;
import org.georep.protocol.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Fills a new inventory from what a walk of the tree finds, after an unclean end.
 *
 * <p>What the last barrier's inventory says was applied is kept where it knew the same inode at the
 * same name. If the machine went down, also only where the inode has not changed since that
 * barrier, as its own ctime tells; and the contents of a file that has are in doubt.
 */
public final class Rebuild {
  /** How much earlier than the barrier a change has to be to count as before it, in seconds. */
  private static final long MARGIN = 2;

  private static final int SPILL_EVERY = 20_000;

  private final Inventory made;
  private final @Nullable Inventory old;
  private final Optional<Instant> barrier;
  private final @Nullable Instant trusted;
  private final Map<Gfid, Gfid> markless = new HashMap<>();
  private int entered;

  /**
   * Makes it.
   *
   * @param old the inventory of the last barrier, or null if there is none that can be read
   * @param powerLost whether the machine went down
   */
  public Rebuild(Inventory made, @Nullable Inventory old, boolean powerLost) {
    this.made = Objects.requireNonNull(made, "made is null");
    this.old = old;
    this.barrier = old == null ? Optional.empty() : old.barrier();
    this.trusted = powerLost ? barrier.orElse(Instant.MIN.plusSeconds(MARGIN)) : null;
    if (old != null) {
      old.eachOwned((gfid, own) -> markless.put(own, gfid));
    }
  }

  /** Returns the gfid that an inode which cannot hold a mark stood for. */
  public Optional<Gfid> markless(Gfid own) {
    return Optional.ofNullable(markless.get(own));
  }

  /** Returns whether what an inode holds now is what it held at the last barrier, or durable. */
  public boolean isTrusted(Stat stat) {
    return trusted == null || stat.ctime().isBefore(trusted.minusSeconds(MARGIN));
  }

  /**
   * Enters what a look found.
   *
   * @param stat what it is now
   * @param current whether nothing of it is in doubt
   * @throws IOException if what is there so far cannot be written
   */
  public void enter(Place place, Gfid gfid, Kind kind, Stat stat, boolean current)
      throws IOException {
    made.addPlace(gfid, place);
    made.put(
        place,
        old(place)
            .filter(entry -> current && entry.gfid().equals(gfid) && entry.kind() == kind)
            .map(entry -> isOlder(stat) ? entry : entry.touchedAt(LastTouch.UNKNOWN))
            .orElse(Entry.of(gfid, kind)));
    if (old != null) {
      old.withheld(gfid).ifPresent(what -> made.setWithheld(gfid, what));
    }
    entered++;
    if (entered % SPILL_EVERY == 0) {
      made.spill();
    }
  }

  /** Returns whether nobody changed it since the last barrier: who did then is not known. */
  private boolean isOlder(Stat stat) {
    return barrier.filter(time -> stat.ctime().isBefore(time.minusSeconds(MARGIN))).isPresent();
  }

  private Optional<Entry> old(Place place) {
    return old == null ? Optional.empty() : old.entry(place);
  }

  /** Enters what is known of a name that was entered. */
  public void known(Place place, Entry entry) {
    made.put(place, entry);
  }

  /** Enters that a directory is incomplete. */
  public void incomplete(Gfid directory) {
    made.setIncomplete(directory, true);
  }

  /**
   * Enters that a mount hides what is at a name: if it was the primary's, or may have been, only a
   * listing tells of it again.
   */
  public void hidden(Place place) {
    if (old == null || old(place).filter(entry -> !entry.kept()).isPresent()) {
      incomplete(place.directory());
    }
  }

  /** Enters the own identity of an inode that cannot hold a mark. */
  public void owned(Gfid gfid, Gfid own) {
    made.setOwned(gfid, own);
  }
}
