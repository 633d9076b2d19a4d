package org.georep.secondary.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.georep.protocol.EntryState;
import org.georep.protocol.Listing;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AdoptionTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private Path root;

  @BeforeEach
  void existing() throws Exception {
    root = Files.createDirectory(sandbox.path().resolve("s"));
    Files.createDirectory(root.resolve("d"));
    for (String name : new String[] {"same", "d/same", "older"}) {
      Files.writeString(root.resolve(name), "text");
      Files.setLastModifiedTime(root.resolve(name), FileTime.from(Desk.TIME));
    }
    Files.setLastModifiedTime(root.resolve("older"), FileTime.fromMillis(0));
    Files.createSymbolicLink(root.resolve("link"), Path.of("target"));
    Files.writeString(root.resolve("surplus"), "mine");
  }

  private static Reply.Reconciled list(Desk desk, String second) throws Exception {
    desk.lists(
        Desk.ROOT,
        Desk.present("same", Desk.file("A", "text")),
        Desk.present("older", Desk.file("O", "text")),
        Desk.present("link", Desk.link("L", "target")),
        Desk.present("d", Desk.directory("D")));
    return desk.lists(Desk.gfid("D"), Desk.present("same", Desk.file(second, "text")));
  }

  private static Object inode(Path path) throws Exception {
    return Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  @Test
  void whatEqualsIsTakenOver() throws Exception {
    Object inode = inode(root.resolve("same"));
    Desk desk = new Desk(root).open(Request.Mode.ADOPT);
    Reply.Reconciled answer = list(desk, "B");
    assertThat(answer.data()).isEmpty();
    assertThat(inode(root.resolve("same"))).isEqualTo(inode);
    assertThat(Files.readSymbolicLink(root.resolve("link"))).hasToString("target");
    assertThat(desk.conflicts()).containsExactly("older", "surplus");
    assertThat(desk.wants(Desk.at(Desk.ROOT, "moved", Desk.file("A", "text"))).data()).isEmpty();
    desk.end(true);
  }

  @Test
  void copiesOfOneFileBecomeItsLinks() throws Exception {
    Desk desk = new Desk(root).open(Request.Mode.ADOPT);
    assertThat(list(desk, "A").data()).isEmpty();
    assertThat(inode(root.resolve("same"))).isEqualTo(inode(root.resolve("d/same")));
    desk.end(true);
  }

  @Test
  void withChecksumContentsAreComparedFirst() throws Exception {
    Desk desk = new Desk(root).open(Request.Mode.ADOPT_CHECKSUM);
    EntryState state = Desk.file("A", "text");
    Reply.Reconciled answer =
        desk.reconcile(
            List.of(),
            List.of(new Listing(Desk.ROOT, List.of(Desk.present("same", state)), true, true)));
    assertThat(answer.data())
        .containsExactly(
            new Reply.Needed(state.gfid(), java.util.Optional.of(state.token()), 4, true));
    desk.end(true);
  }

  @Test
  void withoutAdoptingEqualOrNotMakesNoDifference() throws Exception {
    Files.delete(root.resolve("surplus"));
    Desk desk = new Desk(root).open(Request.Mode.ADOPT);
    desk.end(true);
    Desk plain = new Desk(root).open(Request.Mode.REPLICATE);
    plain.wants(Desk.at(Desk.ROOT, "same", Desk.file("A", "text")));
    assertThat(plain.conflicts()).containsExactly("same");
    plain.end(true);
  }

  @Test
  void aPreviewSaysAndTouchesNothing() throws Exception {
    List<String> before = Desk.names(root);
    Desk desk = new Desk(root).open(Request.Mode.PREVIEW);
    Reply reply =
        desk.ask(
            new Request.Preview(
                org.georep.name.EntryPath.ROOT,
                new Listing(
                    Desk.ROOT,
                    List.of(
                        Desk.present("same", Desk.file("A", "text")),
                        Desk.present("older", Desk.file("O", "text")),
                        Desk.present("new", Desk.directory("N")),
                        Desk.present("d", Desk.directory("D"))),
                    true,
                    true)));
    Reply.Previewed previewed = (Reply.Previewed) reply;
    assertThat(previewed.changes())
        .extracting(change -> change.what() + " " + change.path())
        .contains("update older", "create new", "delete surplus", "delete link")
        .doesNotContain("update same", "create d", "delete d");
    assertThat(previewed.unknown()).containsExactly(Desk.gfid("N"));
    desk.end(true);
    assertThat(Desk.names(root)).isEqualTo(before);

    Path none = sandbox.path().resolve("none");
    Desk nowhere = new Desk(none).open(Request.Mode.PREVIEW);
    assertThat(
            nowhere.ask(
                new Request.Preview(
                    org.georep.name.EntryPath.ROOT,
                    new Listing(
                        Desk.ROOT, List.of(Desk.present("x", Desk.link("X", "t"))), true, true))))
        .isInstanceOf(Reply.Previewed.class);
    assertThat(Desk.exists(none)).isFalse();
    nowhere.end(true);
  }
}
