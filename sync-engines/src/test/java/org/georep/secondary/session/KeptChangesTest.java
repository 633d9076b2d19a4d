package org.georep.secondary.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.georep.secondary.session.Desk.absent;
import static org.georep.secondary.session.Desk.at;
import static org.georep.secondary.session.Desk.directory;
import static org.georep.secondary.session.Desk.file;
import static org.georep.secondary.session.Desk.gfid;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import org.georep.name.EntryPath;
import org.georep.name.Gfid;
import org.georep.posix.Errno;
import org.georep.posix.NativeLibc;
import org.georep.protocol.EntryState;
import org.georep.protocol.Kind;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.secondary.identity.LastTouch;
import org.georep.testing.FaultyLibc;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What somebody else wrote into a file on the secondary is not destroyed by replication. */
final class KeptChangesTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private Desk desk = new Desk(Path.of("/"));

  @BeforeEach
  void open() throws Exception {
    desk = Desk.at(sandbox.path().resolve("secondary"));
    desk.puts(Desk.ROOT, "f", "F", "of the primary");
    desk.barrier();
    desk.nextBatch();
  }

  private void doubt(Gfid gfid) throws Exception {
    desk.ask(
        new Request.Reconcile(
            desk.batch(), List.of(), List.of(gfid), List.of(), List.of(), List.of(), List.of()));
  }

  private String kept(String path) throws Exception {
    for (String time : Desk.names(desk.path(".georep/conflicts"))) {
      Path found = desk.path(".georep/conflicts").resolve(time).resolve(path);
      if (Desk.exists(found)) {
        return Files.readString(found);
      }
    }
    return "nothing";
  }

  @Test
  void aPublishKeepsWhatItReplacesIfOthersChangedIt() throws Exception {
    Files.writeString(desk.path("f"), "of somebody else");
    doubt(gfid("F")); // as every change on the primary begins
    desk.again(true);
    desk.nextBatch();
    desk.sends(file("F", "newer"), "newer");
    assertThat(desk.path("f")).hasContent("newer");
    assertThat(desk.conflicts()).containsExactly("f");
    assertThat(kept("f")).isEqualTo("of somebody else");
  }

  @Test
  void anOrdinaryUpdateAndAnOrdinaryDeleteKeepNothing() throws Exception {
    doubt(gfid("F"));
    desk.sends(file("F", "newer"), "newer");
    assertThat(desk.path("f")).hasContent("newer");
    desk.wants(absent(Desk.ROOT, "f"));
    desk.barrier();
    assertThat(desk.path("f")).doesNotExist();
    assertThat(desk.conflicts()).isEmpty();
  }

  @Test
  void aDeleteKeepsWhatOthersChangedUnderItsOldPath() throws Exception {
    desk.wants(at(Desk.ROOT, "d", directory("D")));
    desk.puts(gfid("D"), "g", "G", "of the primary");
    desk.barrier();
    desk.nextBatch();
    Files.writeString(desk.path("f"), "of somebody else");
    Files.writeString(desk.path("d/g"), "of somebody else, too");
    desk.wants(absent(Desk.ROOT, "f"), absent(Desk.ROOT, "d"));
    desk.barrier();
    assertThat(desk.path("f")).doesNotExist();
    assertThat(desk.path("d")).doesNotExist();
    assertThat(desk.conflicts()).containsExactly("d/g", "f");
    assertThat(kept("f")).isEqualTo("of somebody else");
    assertThat(desk.path(".georep/limbo")).isEmptyDirectory();
  }

  @Test
  void aRenameOfWhatOthersChangedIsNoReasonToKeepIt() throws Exception {
    Files.writeString(desk.path("f"), "of somebody else");
    desk.wants(absent(Desk.ROOT, "f"), at(Desk.ROOT, "renamed", file("F", "of the primary")));
    desk.barrier();
    assertThat(desk.path("renamed")).hasContent("of somebody else");
    assertThat(desk.conflicts()).as("a verify, or the next change, finds it").isEmpty();
  }

  /** Waits until what is changed now gets a ctime after all that georep has done. */
  private void untilCtimesAreLater() throws Exception {
    long touched = LastTouch.now();
    Path probe = sandbox.path().resolve("probe");
    Waits.until(
        "the kernel's clock has moved on",
        () -> {
          Files.writeString(probe, "x");
          FileTime ctime = (FileTime) Files.getAttribute(probe, "unix:ctime");
          return LastTouch.isBefore(touched, ctime.toInstant());
        });
  }

  /** As an editor that puts times back, or a copy with all attributes, would. */
  private void rewriteUnseen(Path file, String contents) throws Exception {
    untilCtimesAreLater();
    FileTime mtime = Files.getLastModifiedTime(file);
    Files.writeString(file, contents);
    Files.setLastModifiedTime(file, mtime);
  }

  private static EntryState otherMode() {
    return Desk.state("F", Kind.FILE, 0600, "of the primary".length(), null);
  }

  /** What fails half-way changed the inode all the same, and nobody noted when. */
  @Test
  void whatGeorepChangedAndThenFailedToIsNotSomebodyElses() throws Exception {
    desk.end(true);
    FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
    desk = new Desk(desk.root, faulty.libc()).open(Request.Mode.REPLICATE);
    desk.wants(at(Desk.ROOT, "g", file("G", "text")));
    desk.sends(file("G", "text"), "text");
    desk.barrier();
    desk.nextBatch();
    untilCtimesAreLater();
    faulty.fail(FaultyLibc.method("listxattr"), Errno.EIO);
    Reply.Reconciled byName = desk.wants(at(Desk.ROOT, "f", otherMode()));
    assertThat(byName.failures()).extracting(Reply.Failure::errno).contains(Errno.EIO);
    assertThat(Files.getPosixFilePermissions(desk.path("f"))).hasSize(2);
    Reply.Reconciled byGfid =
        (Reply.Reconciled)
            desk.ask(
                new Request.Reconcile(
                    desk.batch(),
                    List.of(),
                    List.of(),
                    List.of(Desk.state("G", Kind.FILE, 0600, "text".length(), null)),
                    List.of(),
                    List.of(),
                    List.of()));
    assertThat(byGfid.failures()).extracting(Reply.Failure::errno).contains(Errno.EIO);
    faulty.clear();
    desk.wants(absent(Desk.ROOT, "f"), absent(Desk.ROOT, "g"));
    desk.barrier();
    assertThat(desk.path("f")).doesNotExist();
    assertThat(desk.path("g")).doesNotExist();
    assertThat(desk.conflicts()).isEmpty();
  }

  @Test
  void aComparisonThatFailsHalfWayIsNotSomebodyElsesChange() throws Exception {
    desk.end(true);
    FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
    desk = new Desk(desk.root, faulty.libc()).open(Request.Mode.REPLICATE);
    String text = "of the primary";
    EntryState later =
        new EntryState(
            gfid("F"),
            Kind.FILE,
            0640,
            0,
            0,
            Desk.TIME.plusSeconds(60),
            Desk.TIME.plusSeconds(61),
            false,
            text.length(),
            false,
            1,
            0,
            Optional.empty(),
            List.of());
    byte[] sha = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    untilCtimesAreLater();
    faulty.fail(FaultyLibc.method("listxattr"), Errno.EIO);
    Reply.Same same =
        (Reply.Same)
            desk.ask(
                new Request.CompareContents(
                    desk.batch(), List.of(new Request.Content(later, sha))));
    assertThat(same.files()).isEmpty();
    faulty.clear();
    desk.nextBatch();
    desk.sends(file("F", "newer"), "newer");
    assertThat(desk.path("f")).hasContent("newer");
    assertThat(desk.conflicts()).isEmpty();
  }

  @Test
  void anUpdateKeepsWhatWasChangedWithSizeAndTimePutBack() throws Exception {
    rewriteUnseen(desk.path("f"), "of somebody el");
    doubt(gfid("F"));
    desk.sends(file("F", "newer"), "newer");
    assertThat(desk.path("f")).hasContent("newer");
    assertThat(kept("f")).isEqualTo("of somebody el");
  }

  @Test
  void aDeleteKeepsWhatWasChangedWithSizeAndTimePutBack() throws Exception {
    rewriteUnseen(desk.path("f"), "of somebody el");
    desk.wants(absent(Desk.ROOT, "f"));
    desk.barrier();
    assertThat(desk.path("f")).doesNotExist();
    assertThat(kept("f")).isEqualTo("of somebody el");
  }

  @Test
  void aRenameOfWhatWasChangedUnseenAsksForItsContents() throws Exception {
    rewriteUnseen(desk.path("f"), "of somebody el");
    Reply.Reconciled reply =
        desk.wants(absent(Desk.ROOT, "f"), at(Desk.ROOT, "renamed", file("F", "of the primary")));
    assertThat(reply.data()).isNotEmpty();
    desk.sends(file("F", "of the primary"), "of the primary");
    assertThat(desk.path("renamed")).hasContent("of the primary");
    assertThat(kept("f")).as("as it was called then").isEqualTo("of somebody el");
  }

  @Test
  void itIsSeenAfterACleanEndToo() throws Exception {
    desk.again(true);
    desk.nextBatch();
    rewriteUnseen(desk.path("f"), "of somebody el");
    doubt(gfid("F"));
    desk.sends(file("F", "newer"), "newer");
    assertThat(kept("f")).isEqualTo("of somebody el");
  }

  @Test
  void whatGeorepItselfDoesIsNobodyElsesChange() throws Exception {
    desk.wants(
        at(Desk.ROOT, "f", file("F", "of the primary")),
        at(Desk.ROOT, "second", file("F", "of the primary")),
        at(Desk.ROOT, "third", file("F", "of the primary")));
    untilCtimesAreLater();
    desk.wants(absent(Desk.ROOT, "second"));
    desk.barrier();
    desk.nextBatch();
    untilCtimesAreLater();
    desk.wants(absent(Desk.ROOT, "f"), at(Desk.ROOT, "moved", file("F", "of the primary")));
    desk.barrier();
    desk.nextBatch();
    untilCtimesAreLater();
    doubt(gfid("F"));
    desk.again(false); // killed: what it did since the barrier is nobody else's either
    desk.nextBatch();
    desk.sends(file("F", "newer"), "newer");
    desk.wants(absent(Desk.ROOT, "moved"), absent(Desk.ROOT, "third"));
    desk.barrier();
    assertThat(desk.path("third")).doesNotExist();
    assertThat(desk.conflicts()).isEmpty();
  }

  @Test
  void aNameSomebodyGaveItKeepsItAnyway() throws Exception {
    untilCtimesAreLater();
    Files.createLink(sandbox.path().resolve("snapshot"), desk.path("f"));
    doubt(gfid("F"));
    desk.sends(file("F", "newer"), "newer");
    assertThat(sandbox.path().resolve("snapshot")).hasContent("of the primary");
    assertThat(desk.conflicts()).isEmpty();
  }

  @Test
  void whatIsDisownedIsKeptThoughSizeAndTimeAgree() throws Exception {
    desk.ask(new Request.Disown(List.of(gfid("F"))));
    desk.sends(file("F", "of the other 1"), "of the other 1");
    assertThat(desk.conflicts()).containsExactly("f");
  }

  @Test
  void whatWasOnlyTouchedIsSentAgainAndNotKept() throws Exception {
    untilCtimesAreLater();
    Files.setPosixFilePermissions(desk.path("f"), PosixFilePermissions.fromString("rw-rw-rw-"));
    Reply.Reconciled reply = desk.wants(at(Desk.ROOT, "f", file("F", "of the primary")));
    assertThat(reply.data()).isNotEmpty();
    desk.sends(file("F", "of the primary"), "of the primary");
    assertThat(desk.path("f")).hasContent("of the primary");
    assertThat(desk.conflicts()).isEmpty();
  }

  @Test
  void whatIsKeptIsListedInParts() throws Exception {
    for (int i = 0; i < 1500; i++) {
      Files.writeString(desk.path("foreign" + i), "x");
    }
    desk.lists(Desk.ROOT, Desk.present("f", file("F", "of the primary")));
    Reply.Conflicts first = (Reply.Conflicts) desk.ask(new Request.ListConflicts(EntryPath.ROOT));
    assertThat(first.found()).hasSize(1000);
    EntryPath last = first.found().get(999).path();
    Reply.Conflicts second = (Reply.Conflicts) desk.ask(new Request.ListConflicts(last));
    assertThat(second.found()).hasSize(500);
    assertThat(second.found()).doesNotContainAnyElementsOf(first.found());
  }

  @Test
  void aBarrierSucceedsThoughWhatIsKeptCannotBeMeasured() throws Exception {
    desk.end(true);
    FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
    desk = new Desk(desk.root, faulty.libc()).open(Request.Mode.REPLICATE);
    Files.writeString(desk.path("f"), "of somebody else");
    doubt(gfid("F"));
    desk.sends(file("F", "newer"), "newer");
    String time = Desk.names(desk.path(".georep/conflicts")).get(0);
    FaultyLibc.Rule measured =
        faulty.fail(FaultyLibc.method("openat").and(FaultyLibc.path(time)), Errno.EPERM);
    desk.barrier();
    assertThat(measured.seen()).isPositive();
    assertThat(kept("f")).isEqualTo("of somebody else");
  }

  @Test
  void whatIsPublishedIsSoThoughWhatWasKeptCannotBeReleased() throws Exception {
    desk.end(true);
    FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
    desk = new Desk(desk.root, faulty.libc()).open(Request.Mode.REPLICATE);
    Files.writeString(desk.path("f"), "of somebody else");
    doubt(gfid("F"));
    faulty.fail(FaultyLibc.method("removexattr"), Errno.EIO);
    Reply.Published published = desk.sends(file("F", "newer"), "newer");
    assertThat(published.failures()).extracting(Reply.Failure::errno).containsExactly(Errno.EIO);
    assertThat(published.published()).containsExactly(gfid("F"));
    assertThat(desk.path("f")).hasContent("newer");
    assertThat(kept("f")).isEqualTo("of somebody else");
  }
}
