package org.georep.secondary.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.georep.secondary.session.Desk.ROOT;
import static org.georep.secondary.session.Desk.absent;
import static org.georep.secondary.session.Desk.at;
import static org.georep.secondary.session.Desk.directory;
import static org.georep.secondary.session.Desk.file;
import static org.georep.secondary.session.Desk.present;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Errno;
import org.georep.protocol.DirectoryDigest;
import org.georep.protocol.Listing;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A directory over which somebody mounted another file system is not gone: what belongs into it
 * fails, is told, and can be done again when the mount is gone; all else goes on.
 */
final class MountedOverTest {
  private static final Gfid D = Desk.gfid("D");
  private static final Gfid E = Desk.gfid("E");

  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private Desk desk = new Desk(Path.of("/"));
  private Path mounted = Path.of("/");

  @BeforeEach
  void make() throws Exception {
    desk = Desk.at(sandbox.path().resolve("secondary"));
    desk.wants(at(ROOT, "d", directory("D")));
    desk.wants(at(D, "e", directory("E")));
    desk.puts(E, "f", "F", "one");
    desk.barrier(ROOT, D, E);
    desk.lists(ROOT, present("d", directory("D")));
    desk.lists(D, present("e", directory("E")));
    desk.lists(E, present("f", file("F", "one")));
    desk.barrier(ROOT, D, E);
    desk.nextBatch();
  }

  @AfterEach
  void unmount() throws Exception {
    if (mounted.getNameCount() > 0) {
      Program.check("umount", mounted.toString());
      mounted = Path.of("/");
    }
  }

  private void mount() throws Exception {
    mount("d");
  }

  private void mount(String name) throws Exception {
    Path over = desk.path(name);
    List<String> mount = List.of("mount", "-t", "tmpfs", "none", over.toString());
    assumeTrue(Program.run(mount).exitCode() == 0, "mounts need root");
    mounted = over;
  }

  private static Place place(Gfid directory, String name) {
    return new Place(directory, FileName.of(name));
  }

  @Test
  void namesInItFailAndOthersGoOn() throws Exception {
    desk.end(true);
    mount();
    desk = Desk.at(desk.root);
    Reply.Reconciled reply =
        desk.wants(
            at(E, "made", directory("M")),
            absent(E, "f"),
            at(D, "too", directory("T")),
            at(ROOT, "beside", directory("B")));
    assertThat(reply.failures())
        .extracting(failure -> failure.place().orElseThrow())
        .containsExactlyInAnyOrder(place(E, "made"), place(E, "f"), place(D, "too"));
    assertThat(reply.failures())
        .allMatch(failure -> failure.errno() == Errno.EXDEV)
        .allMatch(failure -> failure.reason().contains("unmount it"));
    assertThat(desk.path("beside")).isDirectory();
    desk.barrier();
    unmount();
    assertThat(
            desk.wants(at(E, "made", directory("M")), absent(E, "f"), at(D, "too", directory("T")))
                .failures())
        .isEmpty();
    assertThat(Desk.names(desk.path("d/e"))).containsExactly("made");
    assertThat(desk.path("d/too")).isDirectory();
  }

  @Test
  void itsAttributesItsListingAndItsDoubtFail() throws Exception {
    desk.end(true);
    mount();
    desk = Desk.at(desk.root);
    Reply.Reconciled reply =
        (Reply.Reconciled)
            desk.ask(
                new Request.Reconcile(
                    desk.batch(),
                    List.of(D),
                    List.of(Desk.gfid("F")),
                    List.of(),
                    List.of(),
                    List.of(new Listing(E, List.of(), true, true)),
                    List.of(directory("D"))));
    assertThat(reply.failures())
        .extracting(failure -> failure.gfid().orElseThrow())
        .contains(D, E, Desk.gfid("F"));
    assertThat(reply.listed()).isEmpty();
    unmount();
    assertThat(desk.path("d/e/f")).hasContent("one");
  }

  @Test
  void contentsForItFail() throws Exception {
    desk.end(true);
    mount();
    desk = Desk.at(desk.root);
    Reply.Published published = desk.sends(file("F", "two"), "two");
    assertThat(published.failures()).extracting(Reply.Failure::errno).containsExactly(Errno.EXDEV);
    assertThat(published.unwanted()).isEmpty();
    unmount();
    desk.sends(file("F", "two"), "two");
    assertThat(desk.path("d/e/f")).hasContent("two");
  }

  /** Listed, and mounted over before the barrier that would have taken its mark away. */
  @Test
  void aBarrierLeavesItIncomplete() throws Exception {
    desk.ask(
        new Request.Reconcile(
            desk.batch(), List.of(E), List.of(), List.of(), List.of(), List.of(), List.of()));
    desk.again(false);
    assertThat(desk.lists(E, present("f", file("F", "one"))).listed()).contains(E);
    mount("d/e");
    assertThat(desk.wants(at(D, "e", directory("E"))).failures()).as("it is closed").hasSize(1);
    desk.barrier(E);
    desk.end(true);
    unmount();
    desk = Desk.at(desk.root);
    assertThat(desk.wants().incomplete()).contains(E);
  }

  @Test
  void aCrawlAVerifyAndAnOpeningGoOn() throws Exception {
    desk.end(true);
    mount();
    desk = Desk.at(desk.root);
    desk.ask(new Request.CrawlBegin());
    Reply.Different different =
        (Reply.Different)
            desk.ask(new Request.Compare(List.of(new DirectoryDigest(D, 0, new byte[16]))));
    assertThat(different.directories()).containsExactly(D);
    desk.ask(new Request.CrawlEnd(desk.batch()));
    Reply.Inspected inspected =
        (Reply.Inspected)
            desk.ask(
                new Request.Inspect(E, Optional.of(directory("E")), Optional.empty(), List.of()));
    assertThat(inspected.findings()).hasSize(1);
    desk.barrier();
    unmount();
    assertThat(desk.wants().incomplete()).as("the crawl did not meet it").contains(E);
  }

  /** After a crash the tree is looked at, and nobody sees what is there. */
  @Test
  void anAgentKilledMeanwhileAsksForWhatAnInventoryMadeAnewDoesNotHave() throws Exception {
    desk.end(false);
    mount();
    desk = Desk.at(desk.root);
    assertThat(desk.wants().incomplete()).contains(ROOT);
    assertThat(desk.lists(ROOT, present("d", directory("D"))).failures())
        .extracting(Reply.Failure::place)
        .containsExactly(Optional.of(place(ROOT, "d")));
    unmount();
    desk.lists(ROOT, present("d", directory("D")));
    desk.lists(D, present("e", directory("E")));
    desk.lists(E, present("g", file("F", "one")));
    assertThat(Desk.names(desk.path("d/e"))).containsExactly("g");
  }
}
