package org.georep.secondary.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.Errno;
import org.georep.posix.NativeLibc;
import org.georep.protocol.DirectoryDigest;
import org.georep.protocol.EntryState;
import org.georep.protocol.Kind;
import org.georep.protocol.Listing;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.protocol.Want;
import org.georep.protocol.Xattr;
import org.georep.testing.FaultyLibc;
import org.georep.testing.LoopImage;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ReconcileTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  @BeforeEach
  void needsRoot() {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "owners and trusted attributes need root");
  }

  private Path fresh() {
    return sandbox.path().resolve("s");
  }

  private static Xattr xattr(String name, String value) {
    return new Xattr(
        name.getBytes(StandardCharsets.US_ASCII), value.getBytes(StandardCharsets.US_ASCII));
  }

  private static Object inode(Path path) throws Exception {
    return Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  @Test
  void aFileShowsNothingUntilItIsWholeThenAll() throws Exception {
    Desk desk = Desk.at(fresh());
    EntryState state =
        Desk.with(Desk.file("A", "hello"), 12, List.of(xattr("user.colour", "blue")));
    Reply.Reconciled answer = desk.wants(Desk.at(Desk.ROOT, "a", state));
    assertThat(answer.data())
        .containsExactly(new Reply.Needed(state.gfid(), Optional.of(state.token()), -1, false));
    assertThat(Desk.exists(desk.path("a"))).isFalse();
    assertThat(desk.sends(state, "hell").missing()).containsExactly(state.gfid());
    assertThat(Desk.exists(desk.path("a"))).isFalse();
    Reply.Published published = desk.sends(state, "hello");
    assertThat(published.published()).containsExactly(state.gfid());
    assertThat(published.directories()).containsExactly(Desk.ROOT);
    assertThat(Files.readString(desk.path("a"))).isEqualTo("hello");
    assertThat(Files.getLastModifiedTime(desk.path("a"))).isEqualTo(FileTime.from(Desk.TIME));
    assertThat(Files.getAttribute(desk.path("a"), "unix:uid")).isEqualTo(12);
    assertThat((int) Files.getAttribute(desk.path("a"), "unix:mode") & 07777).isEqualTo(0640);
    assertThat(
            Program.check(
                "getfattr",
                "-n",
                "user.colour",
                "--only-values",
                "--absolute-names",
                desk.path("a").toString()))
        .isEqualTo("blue");
    assertThat(desk.wants(Desk.at(Desk.ROOT, "a", state)).data()).isEmpty();
    assertThat(desk.sends(Desk.file("other", "x"), "x").unwanted())
        .containsExactly(Desk.gfid("other"));
    desk.end(true);
  }

  @Test
  void surplusAttributesGoAndAclsCome() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.wants(Desk.at(Desk.ROOT, "a", Desk.file("A", "x")));
    EntryState first = Desk.with(Desk.file("A", "x"), 0, List.of(xattr("user.one", "1")));
    desk.sends(first, "x");
    Program.check("setfacl", "-m", "u:33:rwx", desk.path("a").toString());
    EntryState second = Desk.with(Desk.file("A", "x"), 0, List.of(xattr("user.two", "2")));
    desk.wants(Desk.at(Desk.ROOT, "a", second));
    assertThat(
            Program.check(
                "getfattr", "-d", "-m", "-", "--absolute-names", desk.path("a").toString()))
        .contains("user.two", "georep.gfid")
        .doesNotContain("user.one", "posix_acl");
    assertThat((int) Files.getAttribute(desk.path("a"), "unix:mode") & 07777).isEqualTo(0640);
    desk.end(true);
  }

  @Test
  void swapsAndCyclesSendNothing() throws Exception {
    Desk desk = Desk.at(fresh());
    for (String name : new String[] {"a", "b", "c"}) {
      desk.puts(Desk.ROOT, name, name.toUpperCase(java.util.Locale.ROOT), "in " + name);
    }
    Reply.Reconciled answer =
        desk.wants(
            Desk.at(Desk.ROOT, "a", Desk.file("B", "in b")),
            Desk.at(Desk.ROOT, "b", Desk.file("C", "in c")),
            Desk.at(Desk.ROOT, "c", Desk.file("A", "in a")));
    // The one that went by way of limbo is compared; none is sent.
    assertThat(answer.data()).allMatch(Reply.Needed::sameToken);
    assertThat(Files.readString(desk.path("a"))).isEqualTo("in b");
    assertThat(Files.readString(desk.path("b"))).isEqualTo("in c");
    assertThat(Files.readString(desk.path("c"))).isEqualTo("in a");
    assertThat(desk.barrier().limbo()).isZero();
    assertThat(Desk.names(desk.path(".georep/limbo"))).isEmpty();
    desk.end(true);
  }

  @Test
  void anOccupantKeepsItsNameUntilTheNewcomersContentsAreHere() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.puts(Desk.ROOT, "a", "A", "old");
    desk.nextBatch();
    assertThat(desk.wants(Desk.at(Desk.ROOT, "a", Desk.file("B", "newer"))).data()).hasSize(1);
    assertThat(Files.readString(desk.path("a"))).isEqualTo("old");
    desk.sends(Desk.file("B", "newer"), "newer");
    assertThat(Files.readString(desk.path("a"))).isEqualTo("newer");
    assertThat(desk.wants(Desk.at(Desk.ROOT, "c", Desk.file("A", "old"))).failures()).isEmpty();
    assertThat(Files.readString(desk.path("c"))).isEqualTo("old");
    desk.end(true);
  }

  @Test
  void aLinkGroupStaysOneThroughNewContents() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.wants(Desk.at(Desk.ROOT, "d", Desk.directory("D")));
    desk.wants(
        Desk.at(Desk.ROOT, "a", Desk.file("A", "one")),
        Desk.at(Desk.gfid("D"), "b", Desk.file("A", "one")));
    desk.sends(Desk.file("A", "one"), "one");
    assertThat(inode(desk.path("a"))).isEqualTo(inode(desk.path("d/b")));
    EntryState changed = Desk.state("A", Kind.FILE, 0600, 5, null);
    Reply.Published published = desk.sends(changed, "newer");
    assertThat(published.directories()).containsExactlyInAnyOrder(Desk.ROOT, Desk.gfid("D"));
    assertThat(Files.readString(desk.path("d/b"))).isEqualTo("newer");
    assertThat(inode(desk.path("a"))).isEqualTo(inode(desk.path("d/b")));
    assertThat(Files.getLastModifiedTime(desk.path("d"))).isEqualTo(FileTime.from(Desk.TIME));
    desk.end(true);
  }

  @Test
  void whatAnEngineLinkedAsUnchangedIsPublishedAsItIs() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.puts(Desk.ROOT, "a", "A", "text");
    desk.puts(Desk.ROOT, "b", "B", "else");
    long job = desk.opensJob();
    Files.createLink(desk.place(job).resolve("f"), desk.path("a"));
    Files.createLink(desk.place(job).resolve("g"), desk.path("a"));
    Reply.Published published =
        desk.publishes(
            job,
            List.of(
                new Request.Staged(EntryPath.parse("f"), Desk.file("A", "text")),
                new Request.Staged(EntryPath.parse("g"), Desk.file("B", "else"))));
    assertThat(published.published()).containsExactly(Desk.gfid("A"));
    assertThat(published.failures()).hasSize(1);
    assertThat(Files.readString(desk.path("b"))).isEqualTo("else");
    desk.ask(new Request.CloseJob(job));
    assertThat(Files.getAttribute(desk.path("a"), "unix:nlink")).isEqualTo(1);
    assertThat(Desk.names(desk.path(".georep/stage/jobs"))).isEmpty();
    desk.end(true);
  }

  @Test
  void theStageLeadsNowhereElse() throws Exception {
    Path outside = Files.createDirectory(sandbox.path().resolve("outside"));
    Files.writeString(outside.resolve("f"), "text");
    Desk desk = Desk.at(fresh());
    desk.wants(Desk.at(Desk.ROOT, "a", Desk.file("A", "text")));
    long job = desk.opensJob();
    Files.createSymbolicLink(desk.place(job).resolve("l"), outside);
    Files.createSymbolicLink(desk.place(job).resolve("k"), outside.resolve("f"));
    Files.createDirectory(desk.place(job).resolve("d"));
    for (String path : new String[] {"l/f", "k", "d", "none", "k/x"}) {
      assertThat(
              desk.publishes(
                      job,
                      List.of(new Request.Staged(EntryPath.parse(path), Desk.file("A", "text"))))
                  .missing())
          .as(path)
          .containsExactly(Desk.gfid("A"));
    }
    Files.writeString(desk.place(job).resolve("d/f"), "text");
    assertThat(
            desk.publishes(
                    job,
                    List.of(new Request.Staged(EntryPath.parse("d/f"), Desk.file("A", "text"))))
                .published())
        .hasSize(1);
    assertThat(Files.readString(outside.resolve("f"))).isEqualTo("text");
    desk.end(true);
  }

  @Test
  void aDirectoryReplacedByALinkToElsewhereIsNotFollowed() throws Exception {
    Path outside = Files.createDirectory(sandbox.path().resolve("outside"));
    Desk desk = Desk.at(fresh());
    desk.wants(Desk.at(Desk.ROOT, "d", Desk.directory("D")));
    desk.barrier();
    desk.end(true);
    Files.delete(desk.path("d"));
    Files.createSymbolicLink(desk.path("d"), outside);
    Desk later = Desk.at(fresh());
    later.wants(Desk.at(Desk.gfid("D"), "l", Desk.link("L", "t")));
    assertThat(Desk.names(outside)).isEmpty();
    later.wants(Desk.at(Desk.ROOT, "d", Desk.directory("D")));
    later.wants(Desk.at(Desk.gfid("D"), "l", Desk.link("L", "t")));
    assertThat(Desk.names(outside)).isEmpty();
    assertThat(Files.readSymbolicLink(later.path("d/l"))).hasToString("t");
    assertThat(later.conflicts()).containsExactly("d");
    later.end(true);
  }

  @Test
  void foreignEntriesAreSetAsideNeverDestroyed() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.wants(Desk.at(Desk.ROOT, "d", Desk.directory("D")));
    Files.writeString(desk.path("a"), "mine");
    Files.writeString(desk.path("surplus"), "mine too");
    Files.createDirectories(desk.path("d/sub"));
    Files.writeString(desk.path("d/sub/f"), "deep");
    desk.wants(Desk.at(Desk.ROOT, "a", Desk.link("L", "t")), Desk.absent(Desk.ROOT, "surplus"));
    assertThat(desk.conflicts()).containsExactly("a", "surplus");
    desk.nextBatch();
    desk.wants(Desk.absent(Desk.ROOT, "d"));
    assertThat(desk.barrier().limbo()).isZero();
    assertThat(desk.conflicts()).hasSize(3).anyMatch(path -> path.endsWith("sub/f"));
    assertThat(Desk.exists(desk.path("d"))).isFalse();
    assertThat(Files.readSymbolicLink(desk.path("a"))).hasToString("t");
    desk.end(true);
  }

  @Test
  void aListingFindsWhatIsTooManyAlsoInParts() throws Exception {
    Desk desk = Desk.at(fresh());
    for (String name : new String[] {"a", "b", "c"}) {
      desk.wants(Desk.at(Desk.ROOT, name, Desk.link(name, name)));
    }
    Reply.Reconciled first =
        desk.reconcile(
            List.of(),
            List.of(
                new Listing(
                    Desk.ROOT, List.of(Desk.present("a", Desk.link("a", "a"))), true, false)));
    assertThat(first.listed()).isEmpty();
    assertThat(Desk.names(fresh())).contains("a", "b", "c");
    Reply.Reconciled last =
        desk.reconcile(
            List.of(),
            List.of(
                new Listing(
                    Desk.ROOT, List.of(Desk.present("c", Desk.link("c", "c"))), false, true)));
    assertThat(last.listed()).containsExactly(Desk.ROOT);
    assertThat(Desk.names(fresh())).containsExactly(".georep", "a", "c");
    desk.end(true);
  }

  @Test
  void incompleteUntilTheBarrierAndAgainAfterACrash() throws Exception {
    Desk desk = Desk.at(fresh());
    Gfid d = Desk.gfid("D");
    assertThat(desk.wants(Desk.at(Desk.ROOT, "d", Desk.directory("D"))).incomplete())
        .containsExactlyInAnyOrder(Desk.ROOT, d);
    assertThat(desk.lists(d).listed()).containsExactly(d);
    desk.again(false);
    assertThat(desk.wants().incomplete()).containsExactlyInAnyOrder(Desk.ROOT, d);
    assertThat(desk.lists(d).incomplete()).containsExactly(Desk.ROOT);
    desk.barrier(d);
    desk.again(false);
    assertThat(desk.wants().incomplete()).containsExactly(Desk.ROOT);
    Reply reply =
        desk.ask(
            new Request.Reconcile(
                desk.batch(), List.of(d), List.of(), List.of(), List.of(), List.of(), List.of()));
    assertThat(((Reply.Reconciled) reply).incomplete()).containsExactlyInAnyOrder(Desk.ROOT, d);
    desk.end(true);
  }

  @Test
  void namesAMountCoversOrTheSessionLeavesOutAreKept() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.puts(Desk.ROOT, "x", "X", "kept");
    desk.lists(
        Desk.ROOT,
        new Want.Excluded(FileName.of("x")),
        new Want.Excluded(FileName.of("none")),
        new Want.Covered(FileName.of("mount")));
    assertThat(Files.readString(desk.path("x"))).isEqualTo("kept");
    assertThat(Desk.names(fresh())).containsExactly(".georep", "mount", "x");
    desk.barrier(Desk.ROOT);
    DirectoryDigest empty = new DirectoryDigest.Builder().finish(Desk.ROOT);
    assertThat(desk.ask(new Request.Compare(List.of(empty))))
        .isEqualTo(new Reply.Different(List.of()));
    desk.wants(Desk.at(Desk.ROOT, "mount", Desk.directory("M")));
    assertThat(desk.conflicts()).isEmpty();
    desk.end(true);
  }

  @Test
  void digestsAgreeOnlyWithWhatWasAppliedWhole() throws Exception {
    Desk desk = Desk.at(fresh());
    EntryState file = Desk.file("A", "text");
    EntryState link = Desk.link("L", "t");
    desk.lists(Desk.ROOT, Desk.present("a", file), Desk.present("l", link));
    DirectoryDigest.Builder builder = new DirectoryDigest.Builder();
    builder.add(FileName.of("a"), file.gfid(), Kind.FILE, file.ctime(), 4);
    builder.add(FileName.of("l"), link.gfid(), Kind.SYMLINK, link.ctime(), 0);
    Request.Compare compare = new Request.Compare(List.of(builder.finish(Desk.ROOT)));
    Reply.Different different = new Reply.Different(List.of(Desk.ROOT));
    desk.barrier(Desk.ROOT);
    assertThat(desk.ask(compare)).as("contents are missing").isEqualTo(different);
    desk.sends(file, "text");
    assertThat(desk.ask(compare)).isEqualTo(new Reply.Different(List.of()));
    desk.barrier();
    desk.again(false);
    assertThat(desk.ask(compare)).as("after a kill").isEqualTo(new Reply.Different(List.of()));
    desk.end(false);
    Files.writeString(desk.path(".georep/running"), "another boot\n");
    Desk later = Desk.at(fresh());
    assertThat(later.ask(compare)).as("after a power loss").isEqualTo(different);
    assertThat(later.wants(Desk.at(Desk.ROOT, "a", file)).data())
        .as("changed within the margin before the barrier")
        .hasSize(1);
    later.end(true);
  }

  @Test
  void aCopyWithAHoleWhereThePrimaryHasZerosIsNotTheSame() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.puts(Desk.ROOT, "a", "A", "text");
    try (RandomAccessFile file = new RandomAccessFile(desk.path("a").toFile(), "rw")) {
      file.setLength(0);
      file.setLength(8192);
    }
    EntryState zeros = Desk.state("A", Kind.FILE, 0600, 8192, null);
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(new byte[8192]);
    var compare = new Request.CompareContents(1, List.of(new Request.Content(zeros, digest)));
    assertThat(desk.ask(compare)).isEqualTo(new Reply.Same(List.of(), List.of()));
    Files.write(desk.path("a"), new byte[8192]);
    assertThat(desk.ask(compare))
        .isEqualTo(new Reply.Same(List.of(zeros.gfid()), List.of(Desk.ROOT)));
    desk.end(true);
  }

  @Test
  void contentsThatAgreeAreNotSent() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.puts(Desk.ROOT, "a", "A", "text");
    Object inode = inode(desk.path("a"));
    EntryState later = Desk.state("A", Kind.FILE, 0600, 4, null);
    byte[] right =
        MessageDigest.getInstance("SHA-256").digest("text".getBytes(StandardCharsets.US_ASCII));
    byte[] wrong = new byte[32];
    assertThat(desk.ask(new Request.CompareContents(1, List.of(new Request.Content(later, wrong)))))
        .isEqualTo(new Reply.Same(List.of(), List.of()));
    assertThat(desk.ask(new Request.CompareContents(1, List.of(new Request.Content(later, right)))))
        .isEqualTo(new Reply.Same(List.of(later.gfid()), List.of(Desk.ROOT)));
    assertThat(inode(desk.path("a"))).isEqualTo(inode);
    assertThat((int) Files.getAttribute(desk.path("a"), "unix:mode") & 07777).isEqualTo(0600);
    desk.end(true);
  }

  @Test
  void oneEntryThatFailsDoesNotStopItsNeighbours() throws Exception {
    FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
    Desk desk = new Desk(fresh(), faulty.libc()).open(Request.Mode.REPLICATE);
    FaultyLibc.Rule rule = faulty.fail(FaultyLibc.method("symlinkat"), Errno.ENOSPC).nth(2);
    Reply.Reconciled answer =
        desk.wants(
            Desk.at(Desk.ROOT, "a", Desk.link("A", "t")),
            Desk.at(Desk.ROOT, "b", Desk.link("B", "t")),
            Desk.at(Desk.ROOT, "c", Desk.link("C", "t")));
    assertThat(rule.seen()).isEqualTo(3);
    assertThat(answer.failures()).hasSize(1);
    assertThat(answer.failures().get(0).errno()).isEqualTo(Errno.ENOSPC);
    assertThat(answer.failures().get(0).reason()).contains("b on the secondary", "Free space");
    assertThat(Desk.names(fresh())).containsExactly(".georep", "a", "c");
    assertThat(desk.wants(Desk.at(Desk.ROOT, "b", Desk.link("B", "t"))).failures()).isEmpty();
    desk.end(true);
  }

  @Test
  void aSecondaryThatRanFullGoesOnWhenThereIsSpace() throws Exception {
    LoopImage.assumeAvailable(LoopImage.Kind.EXT4);
    Path mount = Files.createDirectory(sandbox.path().resolve("m"));
    try (var image = LoopImage.create(LoopImage.Kind.EXT4, mount, 16)) {
      image.mount();
      Desk desk = Desk.at(image.mountPoint().resolve("s"));
      Path filler = image.mountPoint().resolve("filler");
      List<Want> wants = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        wants.add(Desk.present("d" + i, Desk.directory("D" + i)));
      }
      fill(filler);
      Reply.Reconciled full = desk.lists(Desk.ROOT, wants.toArray(new Want[0]));
      assertThat(full.failures()).isNotEmpty();
      assertThat(full.failures().get(0).errno()).isEqualTo(Errno.ENOSPC);
      Files.delete(filler);
      Reply.Reconciled free = desk.lists(Desk.ROOT, wants.toArray(new Want[0]));
      assertThat(free.failures()).isEmpty();
      assertThat(Desk.names(desk.root)).hasSize(401);
      assertThat(Desk.names(desk.path(".georep/stage")))
          .containsExactly("contents", "jobs", "tickets");
      desk.end(true);
    }
  }

  private static void fill(Path filler) throws Exception {
    try (var out = Files.newOutputStream(filler)) {
      byte[] block = new byte[4096];
      for (int i = 0; i < 16 * 256; i++) {
        out.write(block);
      }
      throw new AssertionError("it holds more than it should");
    } catch (java.io.IOException e) {
      assertThat(e).hasMessageContaining("No space");
    }
  }
}
