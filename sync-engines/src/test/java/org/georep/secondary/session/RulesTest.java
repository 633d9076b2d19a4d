package org.georep.secondary.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Errno;
import org.georep.posix.NativeLibc;
import org.georep.protocol.EntryState;
import org.georep.protocol.Kind;
import org.georep.protocol.Listing;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.protocol.Want;
import org.georep.testing.FaultyLibc;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The rules of the reconciliation that other rules hide in whole histories, one by one.
 *
 * <p>A little more than 500 lines: each is a short history over the same few names, and they are
 * read beside each other.
 */
class RulesTest {
  private static final Gfid D = Desk.gfid("D");

  @RegisterExtension final Sandbox sandbox = new Sandbox();

  @BeforeEach
  void needsRoot() {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "trusted attributes need root");
  }

  private Path fresh() {
    return sandbox.path().resolve("s");
  }

  private static Object inode(Path path) throws Exception {
    return Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  private static Reply.Reconciled doubt(Desk desk, Gfid... directories) throws Exception {
    return (Reply.Reconciled)
        desk.ask(
            new Request.Reconcile(
                desk.batch(),
                List.of(directories),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of()));
  }

  private static Reply.Reconciled dirty(Desk desk, String gfid) throws Exception {
    return (Reply.Reconciled)
        desk.ask(
            new Request.Reconcile(
                desk.batch(),
                List.of(),
                List.of(Desk.gfid(gfid)),
                List.of(),
                List.of(),
                List.of(),
                List.of()));
  }

  @Test
  void rule3DirtyContentsAreNeededWhateverTheTokenSays() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.puts(Desk.ROOT, "a", "A", "text");
    assertThat(dirty(desk, "A").data())
        .extracting(Reply.Needed::gfid)
        .containsExactly(Desk.gfid("A"));
    desk.again(false);
    assertThat(desk.wants(Desk.at(Desk.ROOT, "a", Desk.file("A", "text"))).data())
        .as("also after a kill")
        .hasSize(1);
    assertThat(dirty(desk, "unknown").data()).isEmpty();
    desk.end(true);
  }

  @Test
  void rule4ADoubtTakesTheTokensOfFilesInTheDirectory() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.wants(Desk.at(Desk.ROOT, "d", Desk.directory("D")));
    desk.puts(D, "f", "F", "text");
    desk.lists(D, Desk.present("f", Desk.file("F", "text")));
    desk.barrier(D);
    assertThat(doubt(desk, D).incomplete()).contains(D);
    assertThat(desk.lists(D, Desk.present("f", Desk.file("F", "text"))).data()).hasSize(1);
    desk.end(true);
  }

  @Test
  void rule5AListingOfWhatIsNotHereCountsForNothing() throws Exception {
    Desk desk = Desk.at(fresh());
    assertThat(desk.lists(D).listed()).isEmpty();
    Reply.Reconciled made =
        desk.reconcile(
            List.of(Desk.at(Desk.ROOT, "d", Desk.directory("D"))),
            List.of(new Listing(D, List.of(Desk.present("l", Desk.link("L", "t"))), true, true)));
    assertThat(made.listed()).as("made by the same request").containsExactly(D);
    assertThat(Files.readSymbolicLink(desk.path("d/l"))).hasToString("t");

    Gfid e = Desk.gfid("E");
    desk.reconcile(
        List.of(),
        List.of(new Listing(e, List.of(Desk.present("l", Desk.link("M", "t"))), true, false)));
    desk.wants(Desk.at(Desk.ROOT, "e", Desk.directory("E")));
    assertThat(desk.reconcile(List.of(), List.of(new Listing(e, List.of(), false, true))).listed())
        .as("its first part was dropped")
        .isEmpty();
    desk.end(true);
  }

  @Test
  void rule5WhatCannotBeOpenedForAMomentIsStillToBeListed() throws Exception {
    FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
    Desk desk = new Desk(fresh(), faulty.libc()).open(Request.Mode.REPLICATE);
    desk.wants(Desk.at(Desk.ROOT, "d", Desk.directory("D")));
    desk.barrier();
    desk.again(true);
    assertThat(desk.wants().incomplete()).contains(D);
    FaultyLibc.Rule broken =
        faulty.fail(FaultyLibc.method("openat2").and(FaultyLibc.path("d")), Errno.EACCES);
    desk.wants();
    assertThat(broken.seen()).isPositive();
    faulty.clear();
    assertThat(desk.wants().incomplete()).contains(D);
    desk.again(false);
    assertThat(desk.wants().incomplete()).as("after a kill").contains(D);
    desk.end(true);
  }

  @Test
  void rule5WhatAMoveThatFailedLeftDoesNotHideADirectory() throws Exception {
    FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
    Desk desk = new Desk(fresh(), faulty.libc()).open(Request.Mode.REPLICATE);
    desk.wants(Desk.at(Desk.ROOT, "a", Desk.directory("D")));
    desk.lists(Desk.ROOT, Desk.present("a", Desk.directory("D")));
    desk.lists(D);
    desk.barrier(Desk.ROOT, D);
    faulty.fail(FaultyLibc.method("renameat2"), Errno.EIO).nth(1);
    Reply.Reconciled moved =
        desk.wants(Desk.absent(Desk.ROOT, "a"), Desk.at(Desk.ROOT, "b", Desk.directory("D")));
    assertThat(moved.failures()).hasSize(1);
    faulty.clear();
    assertThat(desk.wants(Desk.absent(Desk.ROOT, "a")).failures()).isEmpty();
    assertThat(Files.isDirectory(desk.path("b"))).isTrue();
    assertThat(desk.wants(Desk.at(D, "x", Desk.directory("X"))).incomplete())
        .contains(Desk.gfid("X"));
    desk.end(true);
  }

  @Test
  void rule5AListingDoubtedBetweenItsPartsCountsForNothing() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.wants(Desk.at(Desk.ROOT, "d", Desk.directory("D")));
    Want part = Desk.present("l", Desk.link("L", "t"));
    desk.reconcile(List.of(), List.of(new Listing(D, List.of(part), true, false)));
    doubt(desk, D);
    Listing rest = new Listing(D, List.of(), false, true);
    assertThat(desk.reconcile(List.of(), List.of(rest)).listed()).isEmpty();
    assertThat(desk.lists(D, part).listed()).as("begun anew").containsExactly(D);
    desk.end(true);
  }

  /** Renamed to another directory while its contents were on their way and its own was outside. */
  @Test
  void rule5AListingTakesTheNameOfAFileThatIsYetToArrive() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.wants(Desk.at(Desk.ROOT, "d", Desk.directory("D")));
    EntryState file = Desk.file("F", "text");
    desk.lists(D, Desk.present("f", file));
    desk.wants(Desk.at(Desk.ROOT, "g", file));
    doubt(desk, D);
    desk.lists(D);
    desk.sends(file, "text");
    assertThat(desk.path("d/f")).doesNotExist();
    assertThat(desk.path("g")).hasContent("text");
    desk.end(true);
  }

  @Test
  void rule4ContentsOnTheirWayIntoADoubtedDirectoryAreNotBelieved() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.wants(Desk.at(Desk.ROOT, "d", Desk.directory("D")));
    EntryState file = Desk.file("F", "text");
    desk.wants(Desk.at(D, "f", file));
    long read = desk.batch();
    long job = desk.opensJob();
    Files.writeString(desk.place(job).resolve("f"), "text");
    desk.nextBatch();
    doubt(desk, D);
    desk.ask(
        new Request.Publish(read, job, List.of(new Request.Staged(EntryPath.parse("f"), file))));
    assertThat(desk.path("d/f")).hasContent("text");
    assertThat(desk.lists(D, Desk.present("f", file)).data())
        .as("it may have been written after it was read")
        .hasSize(1);
    desk.end(true);
  }

  @Test
  void rule3ContentsReadBeforeTheyWereDirtyAreNotBelieved() throws Exception {
    Desk desk = Desk.at(fresh());
    EntryState file = Desk.file("F", "text");
    desk.wants(Desk.at(Desk.ROOT, "f", file));
    long read = desk.batch();
    long job = desk.opensJob();
    Files.writeString(desk.place(job).resolve("f"), "text");
    desk.nextBatch();
    assertThat(dirty(desk, "F").data()).as("it has no name yet").hasSize(1);
    desk.ask(
        new Request.Publish(read, job, List.of(new Request.Staged(EntryPath.parse("f"), file))));
    assertThat(desk.wants(Desk.at(Desk.ROOT, "f", file)).data()).hasSize(1);
    desk.end(true);
  }

  @Test
  void rule6ADirectoryHasOnePlaceTheLatest() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.wants(Desk.at(Desk.ROOT, "d", Desk.directory("D")));
    desk.wants(
        Desk.at(Desk.ROOT, "one", Desk.directory("D")),
        Desk.at(Desk.ROOT, "two", Desk.directory("D")));
    assertThat(Desk.names(fresh())).containsExactly(".georep", "two");
    desk.wants(Desk.at(Desk.ROOT, "one", Desk.directory("D")), Desk.absent(Desk.ROOT, "one"));
    assertThat(Desk.names(fresh())).as("the last look at a name").containsExactly(".georep", "two");
    desk.end(true);
  }

  @Test
  void rule7ANameThatNoLongerWaitsGetsNothing() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.wants(
        Desk.at(Desk.ROOT, "a", Desk.file("A", "text")),
        Desk.at(Desk.ROOT, "b", Desk.file("A", "text")));
    desk.wants(Desk.absent(Desk.ROOT, "a"));
    desk.sends(Desk.file("A", "text"), "text");
    assertThat(Desk.names(fresh())).containsExactly(".georep", "b");
    desk.end(true);
  }

  @Test
  void rule8BeneathItselfIsRefusedAndTold() throws Exception {
    Desk desk = Desk.at(fresh());
    Gfid a = Desk.gfid("A");
    Gfid b = Desk.gfid("B");
    desk.wants(Desk.at(Desk.ROOT, "a", Desk.directory("A")), Desk.at(a, "b", Desk.directory("B")));
    Reply.Reconciled refused = desk.wants(Desk.at(b, "a", Desk.directory("A")));
    assertThat(refused.loops()).containsExactly(new Place(b, FileName.of("a")));
    assertThat(refused.failures()).isEmpty();
    assertThat(Files.isDirectory(desk.path("a/b"))).isTrue();
    Reply.Reconciled chain =
        desk.wants(
            Desk.at(Desk.ROOT, "b", Desk.directory("B")), Desk.at(b, "a", Desk.directory("A")));
    assertThat(chain.loops()).isEmpty();
    assertThat(Files.isDirectory(desk.path("b/a"))).isTrue();
    assertThat(Desk.exists(desk.path("a"))).isFalse();
    desk.end(true);
  }

  @Test
  void rule9TwoInodesOfOneGfidNeedData() throws Exception {
    FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
    Desk desk = new Desk(fresh(), faulty.libc()).open(Request.Mode.REPLICATE);
    EntryState state = Desk.file("A", "text");
    desk.wants(Desk.at(Desk.ROOT, "a", state), Desk.at(Desk.ROOT, "b", state));
    desk.sends(state, "text");
    // New contents with the same token: the second name's link fails, as after a kill.
    faulty.fail(FaultyLibc.method("linkat"), Errno.EIO).nth(1);
    assertThat(desk.sends(state, "TEXT").failures()).hasSize(1);
    faulty.clear();
    assertThat(inode(desk.path("a"))).isNotEqualTo(inode(desk.path("b")));
    desk.again(false);
    assertThat(desk.wants(Desk.at(Desk.ROOT, "a", state)).data()).hasSize(1);
    desk.sends(state, "TEXT");
    assertThat(inode(desk.path("a"))).isEqualTo(inode(desk.path("b")));
    desk.end(true);
  }

  @Test
  void rule10TimesThatCouldNotBeGivenBackAreGivenBackLater() throws Exception {
    FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
    Desk desk = new Desk(fresh(), faulty.libc()).open(Request.Mode.REPLICATE);
    desk.wants(
        Desk.at(Desk.ROOT, "d", Desk.directory("D")), Desk.at(D, "l", Desk.link("L", "target")));
    faulty.fail(FaultyLibc.method("utimensat"), Errno.EIO);
    assertThat(desk.wants(Desk.absent(D, "l")).failures()).hasSize(1);
    faulty.clear();
    desk.wants();
    assertThat(Files.getLastModifiedTime(desk.path("d")).toInstant()).isEqualTo(Desk.TIME);
    desk.end(true);
  }

  @Test
  void rule10DirectoriesGetTheirTimesBack() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.wants(Desk.at(Desk.ROOT, "d", Desk.directory("D")));
    desk.wants(Desk.at(D, "x", Desk.link("X", "t")), Desk.at(D, "y", Desk.link("Y", "t")));
    desk.wants(Desk.absent(D, "x"), Desk.at(Desk.ROOT, "y", Desk.link("Y", "t")));
    desk.wants(Desk.absent(D, "y"));
    assertThat(Files.getLastModifiedTime(desk.path("d")).toInstant()).isEqualTo(Desk.TIME);
    desk.end(true);
  }

  @Test
  void rule13AMarkOutlivesTheBarrierOfAnEarlierBatch() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.lists(Desk.ROOT);
    long before = desk.batch();
    desk.nextBatch();
    doubt(desk, Desk.ROOT);
    desk.lists(Desk.ROOT);
    desk.ask(new Request.Barrier(before, List.of(Desk.ROOT), java.util.Optional.empty(), -1));
    desk.again(false);
    assertThat(desk.wants().incomplete()).as("doubted since").containsExactly(Desk.ROOT);
    desk.barrier(Desk.ROOT);
    desk.again(false);
    assertThat(desk.wants().incomplete()).as("never listed here").containsExactly(Desk.ROOT);
    desk.lists(Desk.ROOT);
    desk.barrier(Desk.ROOT);
    desk.again(false);
    assertThat(desk.wants().incomplete()).isEmpty();
    desk.end(true);
  }

  @Test
  void rule14LimboKeepsWhatALaterBatchDetached() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.puts(Desk.ROOT, "a", "A", "text");
    desk.nextBatch();
    desk.wants(Desk.absent(Desk.ROOT, "a"));
    Reply.Synced synced =
        (Reply.Synced)
            desk.ask(
                new Request.Barrier(
                    desk.batch(), List.of(), java.util.Optional.empty(), desk.batch() - 1));
    assertThat(synced.limbo()).isEqualTo(1);
    assertThat(desk.wants(Desk.at(Desk.ROOT, "b", Desk.file("A", "text"))).data())
        .allMatch(Reply.Needed::sameToken);
    assertThat(Files.readString(desk.path("b"))).isEqualTo("text");
    assertThat(desk.barrier().limbo()).isZero();
    assertThat(Files.readString(desk.path("b"))).isEqualTo("text");
    desk.end(true);
  }

  @Test
  void rule18WhatACrawlDidNotMeetIsInDoubt() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.wants(Desk.at(Desk.ROOT, "d", Desk.directory("D")));
    desk.puts(D, "f", "F", "text");
    desk.puts(Desk.ROOT, "g", "G", "text");
    desk.lists(D, Desk.present("f", Desk.file("F", "text")));
    desk.barrier(D);
    desk.nextBatch();
    desk.wants(Desk.absent(Desk.ROOT, "g"));
    desk.ask(new Request.CrawlBegin());
    desk.ask(new Request.CrawlEnd(desk.batch()));
    assertThat(desk.wants().incomplete()).contains(D);
    assertThat(desk.lists(D, Desk.present("f", Desk.file("F", "text"))).data()).hasSize(1);
    assertThat(desk.wants(Desk.at(Desk.ROOT, "g", Desk.file("G", "text"))).data()).hasSize(1);
    desk.end(true);
  }

  @Test
  void rule19OthersMovedThingsAndTheMarksTell() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.wants(Desk.at(Desk.ROOT, "d", Desk.directory("D")));
    desk.puts(D, "f", "F", "text");
    Files.move(desk.path("d/f"), desk.path("stray"));
    desk.wants(Desk.absent(Desk.ROOT, "stray"), Desk.at(D, "f", Desk.file("F", "text")));
    assertThat(Files.readString(desk.path("d/f"))).isEqualTo("text");
    assertThat(Desk.exists(desk.path("stray"))).isFalse();
    assertThat(desk.conflicts()).isEmpty();
    desk.end(true);
  }

  @Test
  void anotherKindUnderTheSameGfidIsAnotherInode() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.puts(Desk.ROOT, "a", "A", "text");
    desk.wants(Desk.at(Desk.ROOT, "a", Desk.state("A", Kind.DIRECTORY, 0700, 0, null)));
    assertThat(Files.isDirectory(desk.path("a"))).isTrue();
    desk.wants(Desk.at(Desk.ROOT, "a", Desk.link("A", "t")));
    assertThat(Files.readSymbolicLink(desk.path("a"))).hasToString("t");
    desk.end(true);
  }

  /**
   * As after the primary was taken back to an older copy, where numbers are given a second time.
   */
  @Test
  void aFileUnderTheGfidOfADirectoryInLimboArrives() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.wants(Desk.at(Desk.ROOT, "d", Desk.directory("D")));
    desk.puts(D, "f", "F", "inside");
    desk.nextBatch();
    desk.wants(
        Desk.absent(Desk.ROOT, "d"), Desk.at(Desk.ROOT, "a", Desk.file("D", "other contents")));
    assertThat(desk.sends(Desk.file("D", "other contents"), "other contents").failures()).isEmpty();
    assertThat(Files.readString(desk.path("a"))).isEqualTo("other contents");
    desk.barrier();
    assertThat(Desk.exists(desk.path("d"))).isFalse();
    assertThat(Files.readString(desk.path("a"))).isEqualTo("other contents");
    desk.end(true);
  }

  /** As above, of a directory that came to limbo with the one above it. */
  @Test
  void aDirectoryInLimboIsNotAskedForBecauseAFileHasItsGfid() throws Exception {
    Gfid above = Desk.gfid("above"); // its place is noted behind the file's
    Desk desk = Desk.at(fresh());
    assertThat(
            desk.wants(
                    Desk.at(Desk.ROOT, "above", Desk.directory("above")),
                    Desk.at(above, "d", Desk.directory("D")))
                .incomplete())
        .contains(D);
    desk.nextBatch();
    EntryState file = Desk.file("D", "contents");
    desk.wants(Desk.absent(Desk.ROOT, "above"), Desk.at(Desk.ROOT, "a", file));
    desk.sends(file, "contents");
    assertThat(desk.wants().incomplete()).doesNotContain(D);
    assertThat(Files.readString(desk.path("a"))).isEqualTo("contents");
    desk.end(true);
  }

  @Test
  void aFileBackFromLimboIsNotBelieved() throws Exception {
    Desk desk = Desk.at(fresh());
    EntryState file = Desk.file("A", "text");
    desk.puts(Desk.ROOT, "a", "A", "text");
    desk.wants(Desk.absent(Desk.ROOT, "a"));
    // The same size and mtime, so the same token; outside the volume nothing tells of a write.
    EntryState back =
        new EntryState(
            file.gfid(),
            file.kind(),
            file.permissions(),
            file.uid(),
            file.gid(),
            file.mtime(),
            file.ctime().plusSeconds(5),
            false,
            file.size(),
            false,
            1,
            0,
            file.target(),
            file.xattrs());
    assertThat(desk.wants(Desk.at(Desk.ROOT, "a", back)).data())
        .extracting(Reply.Needed::gfid)
        .containsExactly(file.gfid());
    desk.end(true);
  }

  /** A file that was sent under its temporary name while it was being written. */
  @Test
  void aNewcomerTakesANameOfAnotherOnlyWhenItIsWhole() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.puts(Desk.ROOT, "file", "O", "the old version");
    desk.puts(Desk.ROOT, "file.tmp", "N", "the first ha");
    desk.nextBatch();
    dirty(desk, "N");
    EntryState whole = Desk.file("N", "the new version, whole");
    Reply.Reconciled answer =
        desk.wants(Desk.absent(Desk.ROOT, "file.tmp"), Desk.at(Desk.ROOT, "file", whole));
    assertThat(answer.data()).hasSize(1);
    assertThat(desk.path("file")).hasContent("the old version");
    desk.sends(whole, "the new version, whole");
    assertThat(desk.path("file")).hasContent("the new version, whole");
    assertThat(Desk.names(fresh())).containsExactlyInAnyOrder(".georep", "file");
    desk.end(true);
  }

  /** New contents of what still has the name do not end the wait of what is to have it. */
  @Test
  void aNameGoesOnWaitingWhileItsPresentFileChanges() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.puts(Desk.ROOT, "file", "O", "old");
    EntryState next = Desk.file("N", "the next");
    desk.wants(Desk.at(Desk.ROOT, "file", next));
    desk.sends(Desk.file("O", "changed"), "changed");
    assertThat(desk.path("file")).hasContent("changed");
    desk.sends(next, "the next");
    assertThat(desk.path("file")).hasContent("the next");
    desk.end(true);
  }

  /** Else nothing would ever be published under it. */
  @Test
  void contentsForWhichANameWaitsAreSentThoughTheyAgree() throws Exception {
    Desk desk = Desk.at(fresh());
    EntryState file = Desk.file("N", "text");
    desk.wants(Desk.at(Desk.ROOT, "file", file));
    long before = desk.batch();
    desk.nextBatch();
    desk.wants(Desk.at(Desk.ROOT, "other", file));
    desk.sendsLate(before, file, "text");
    assertThat(Desk.exists(desk.path("other"))).isFalse();
    desk.nextBatch();
    byte[] sha256 =
        java.security.MessageDigest.getInstance("SHA-256")
            .digest("text".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    assertThat(
            desk.ask(
                new Request.CompareContents(
                    desk.batch(), List.of(new Request.Content(file, sha256)))))
        .isEqualTo(new Reply.Same(List.of(), List.of()));
    desk.sends(file, "text");
    assertThat(desk.path("other")).hasContent("text");
    desk.end(true);
  }

  /** What was on its way when the file was renamed was read before that. */
  @Test
  void aNameTakesNoContentsReadBeforeTheFileHadIt() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.puts(Desk.ROOT, "file", "O", "the old version");
    EntryState half = Desk.file("N", "the first ha");
    EntryState whole = Desk.file("N", "the new version, whole");
    desk.wants(Desk.at(Desk.ROOT, "file.tmp", half));
    long before = desk.batch();
    desk.nextBatch();
    Want.At[] renamed = {
      Desk.absent(Desk.ROOT, "file.tmp"),
      Desk.at(Desk.ROOT, "file", whole),
      Desk.at(Desk.ROOT, "other", whole)
    };
    desk.wants(renamed);
    assertThat(desk.sendsLate(before, half, "the first ha").unwanted())
        .containsExactly(half.gfid());
    desk.nextBatch();
    desk.wants(renamed); // looked at again, it does not wait for still later ones
    assertThat(desk.path("file")).hasContent("the old version");
    assertThat(Desk.exists(desk.path("other"))).isFalse();
    desk.sendsLate(before + 1, whole, "the new version, whole");
    assertThat(desk.path("file")).hasContent("the new version, whole");
    assertThat(desk.path("other")).hasContent("the new version, whole");
    desk.end(true);
  }

  /** An earlier transfer may have brought it to another name. */
  @Test
  void noCopyIsEqualWhileANameWaitsForTheFile() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.puts(Desk.ROOT, "file", "O", "the old version");
    desk.puts(Desk.ROOT, "file.tmp", "N", "the first half");
    long before = desk.batch();
    desk.nextBatch();
    EntryState whole = Desk.file("N", "the new version, whole");
    desk.wants(Desk.at(Desk.ROOT, "file.tmp", whole), Desk.at(Desk.ROOT, "file", whole));
    desk.sendsLate(before, whole, "the new version, whole");
    assertThat(desk.path("file.tmp")).hasContent("the new version, whole");
    assertThat(desk.path("file")).hasContent("the old version");
    byte[] sha =
        MessageDigest.getInstance("SHA-256")
            .digest("the new version, whole".getBytes(StandardCharsets.UTF_8));
    Request compare =
        new Request.CompareContents(desk.batch(), List.of(new Request.Content(whole, sha)));
    assertThat(((Reply.Same) desk.ask(compare)).files()).isEmpty();
    desk.sends(whole, "the new version, whole");
    assertThat(desk.path("file")).hasContent("the new version, whole");
    assertThat(((Reply.Same) desk.ask(compare)).files()).containsExactly(whole.gfid());
    desk.end(true);
  }

  /** Nobody else would set it: no event says that the secondary's directory has another time. */
  @Test
  void aDirectoryWhoseTimeCannotBeGivenBackIsToldOf() throws Exception {
    FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
    Desk desk = new Desk(fresh(), faulty.libc()).open(Request.Mode.REPLICATE);
    desk.wants(
        Desk.at(Desk.ROOT, "d", Desk.directory("D")), Desk.at(D, "l", Desk.link("L", "target")));
    faulty.fail(FaultyLibc.method("utimensat"), Errno.EIO);
    Reply.Reconciled answer = desk.wants(Desk.absent(D, "l"));
    assertThat(answer.failures()).hasSize(1);
    assertThat(answer.failures().get(0).gfid()).contains(D);
    assertThat(answer.failures().get(0).errno()).isEqualTo(Errno.EIO);
    faulty.clear();
    assertThat(desk.wants(Desk.at(Desk.ROOT, "d", Desk.directory("D"))).failures()).isEmpty();
    assertThat(Files.getLastModifiedTime(desk.path("d")).toInstant()).isEqualTo(Desk.TIME);
    desk.end(true);
  }
}
