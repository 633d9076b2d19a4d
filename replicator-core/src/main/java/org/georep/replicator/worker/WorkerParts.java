package org.georep.replicator.worker;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.georep.connection.LinkOptions;
import org.georep.connection.SecondaryAddress;
import org.georep.engine.EngineChoice;
import org.georep.name.VolumeId;
import org.georep.posix.Libc;
import org.georep.protocol.MinFree;
import org.georep.protocol.Origin;
import org.georep.protocol.Reply;
import org.georep.replicator.lease.Membership;
import org.georep.replicator.quarantine.Quarantine;
import org.georep.replicator.session.RunMode;
import org.georep.replicator.session.SyncMode;
import org.georep.replicator.stime.StimeListener;
import org.georep.replicator.stime.SyncStateFile;
import org.georep.replicator.verify.VerifyDesk;
import org.georep.replicator.volume.DeleteBrake;
import org.georep.replicator.volume.PrimaryTree;

/**
 * What a worker is made of.
 *
 * @param session the session's id
 * @param volume the primary's volume
 * @param primaryName how people call the primary
 * @param tree the primary
 * @param live what may change while it runs: limits, and what is left out
 * @param address where the secondary is
 * @param linkOptions how it is reached
 * @param engine which data engine
 * @param syncJobs how many workers carry contents
 * @param rescan how often everything is crawled without need; zero for never
 * @param expectedEntries entries a first crawl will meet, as far as known, else 0
 * @param sync what the primary is taken for
 * @param minFree how much of the secondary's file system stays free
 * @param mode how this run goes
 * @param epoch how often the secondary was promoted, as far as this session knows
 * @param origin how this primary is found again once the secondary is promoted
 * @param pair what this worker is in a pair; empty if it is the only one
 * @param brake asked before a crawl deletes
 * @param capture the journal, or none
 * @param states where stime and position are kept
 * @param stimes is told of them
 * @param quarantine entries that failed
 * @param verify where a verify asks the agent and leaves what is to be mended
 * @param errand what is done instead of replicating, if anything
 * @param preview who hears what a dry run would do
 */
public record WorkerParts(
    UUID session,
    VolumeId volume,
    String primaryName,
    PrimaryTree tree,
    LiveSettings live,
    SecondaryAddress address,
    LinkOptions linkOptions,
    EngineChoice engine,
    int syncJobs,
    Duration rescan,
    long expectedEntries,
    SyncMode sync,
    MinFree minFree,
    RunMode mode,
    long epoch,
    Origin origin,
    Optional<Membership> pair,
    DeleteBrake brake,
    Capture capture,
    SyncStateFile states,
    StimeListener stimes,
    Quarantine quarantine,
    VerifyDesk verify,
    Optional<Errand> errand,
    Consumer<Reply.Change> preview,
    Meter meter,
    Signal signal,
    Libc libc,
    Clock clock) {}
