package org.georep.replicator.volume;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.georep.name.EntryPath;

/**
 * Stops a crawl that would take most of the secondary away: a primary that was emptied, restored
 * half, or is another data set under the same name looks to a crawl like so many deletions. What
 * was deleted while changes were captured has its records and does not come here.
 *
 * <p>It holds when more than half of the secondary's entries, and more than {@value #FEWEST}, were
 * not found where they are. Entries that moved while nobody looked count too, so it may ask
 * needlessly; nothing is changed before it was asked. What it asks is answered by a {@link
 * DeleteConsent}.
 */
public final class DeleteBrake {
  /** So many deletions are carried out whatever their share. */
  public static final long FEWEST = 1_000;

  private final boolean accepted;
  private final Optional<DeleteConsent> consent;

  /**
   * Makes one that nobody can answer but by running again.
   *
   * @param accepted whether somebody said that what a crawl finds deleted is meant to be
   */
  public DeleteBrake(boolean accepted) {
    this(accepted, Optional.empty());
  }

  /**
   * Makes it.
   *
   * @param accepted whether somebody said that what a crawl finds deleted is meant to be
   * @param consent where it asks, and finds the answer
   */
  public DeleteBrake(boolean accepted, Optional<DeleteConsent> consent) {
    this.accepted = accepted;
    this.consent = Objects.requireNonNull(consent, "consent is null");
  }

  /**
   * Lets a crawl go on or not.
   *
   * @param leaving entries the crawl did not find where they are on the secondary
   * @param known entries on the secondary
   * @param most the directories that would lose most
   * @throws MassDeleteException if it is not to go on; another IOException if asking failed
   */
  public void check(long leaving, long known, List<EntryPath> most) throws IOException {
    if (accepted || leaving <= FEWEST || leaving <= known / 2) {
      return;
    }
    if (consent.isPresent()) {
      if (consent.get().covers(leaving)) {
        return;
      }
      consent.get().ask(leaving);
    }
    throw new MassDeleteException(
        "Of "
            + known
            + " entries on the secondary "
            + leaving
            + " are not where they were on the primary any more, most of them in "
            + most.stream().map(DeleteBrake::shown).collect(Collectors.joining(", "))
            + ". Nothing was deleted. Look whether the primary is whole: its data may be unmounted,"
            + " emptied or another's. If it is meant to be so, "
            + consent
                .map(asked -> "accept it: " + asked.command())
                .orElse("run the same command with --accept-deletes"));
  }

  /** A crawl has ended: what was accepted is carried out, or not needed any more. */
  public void settled() throws IOException {
    if (consent.isPresent()) {
      consent.get().settle();
    }
  }

  private static String shown(EntryPath path) {
    return path.isRoot() ? "the root" : path.toString();
  }
}
