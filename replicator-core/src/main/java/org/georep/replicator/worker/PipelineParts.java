package org.georep.replicator.worker;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.georep.engine.pool.DataPool;
import org.georep.replicator.apply.Agent;
import org.georep.replicator.apply.Barriers;
import org.georep.replicator.apply.DataPhase;
import org.georep.replicator.crawl.JournalIntake;
import org.georep.replicator.plan.Filter;
import org.georep.replicator.quarantine.Quarantine;
import org.georep.replicator.stime.SyncState;
import org.georep.replicator.verify.VerifyDesk;
import org.georep.replicator.volume.DeleteBrake;
import org.georep.replicator.volume.PrimaryTree;

/**
 * What a pipeline is made of.
 *
 * @param tree the primary
 * @param filter what is left out
 * @param capture the source of changes
 * @param intake the journal, unless there is no capture
 * @param agent the greeted agent
 * @param contents the account of contents under way
 * @param pool who sends them
 * @param quarantine entries that failed
 * @param states where stime and position are kept
 * @param start what the last run left, as far as the secondary confirms it
 * @param fresh whether the secondary is empty
 * @param gapAtStart why everything has to be crawled first, if so
 * @param brake what a crawl that deletes too much is stopped by
 * @param verify where a verify leaves what is to be mended
 * @param once whether to end when in step
 * @param prompt whether what left may go as soon as the kernel's queue was seen empty after it, at
 *     the risk that what was moved at that very moment is sent again
 * @param turns after how many rounds to end, if that is limited
 * @param rescan how often everything is crawled without need; zero for never
 * @param crawlLimit entries a second a crawl may look at, if limited; may change
 * @param expectedEntries entries a crawl will meet, as far as known, else 0
 */
public record PipelineParts(
    PrimaryTree tree,
    Filter filter,
    Capture capture,
    Optional<JournalIntake> intake,
    Agent agent,
    DataPhase contents,
    DataPool pool,
    Quarantine quarantine,
    Barriers.States states,
    SyncState start,
    boolean fresh,
    Optional<String> gapAtStart,
    DeleteBrake brake,
    VerifyDesk verify,
    boolean once,
    boolean prompt,
    OptionalInt turns,
    Duration rescan,
    Supplier<OptionalInt> crawlLimit,
    long expectedEntries,
    Meter meter,
    Signal signal,
    Clock clock) {}
