package org.georep.secondary.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.georep.name.EntryPath;
import org.georep.name.Gfid;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.georep.protocol.EntryState;
import org.georep.protocol.Kind;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.georep.testing.TreeManifest;
import org.georep.testing.Waits;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What others put on the secondary leads the agent nowhere outside its root. */
class ConfinementTest {
  private static final Libc LIBC = NativeLibc.instance();
  private static final Gfid D = Desk.gfid("D");
  private static final Gfid E = Desk.gfid("E");

  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private Path root = Path.of("/");
  private Path outside = Path.of("/");
  private TreeManifest before;

  @BeforeEach
  void make() throws Exception {
    root = sandbox.path().resolve("s");
    outside = sandbox.directory("outside");
    Files.createDirectories(outside.resolve("e"));
    for (String name : List.of("f", "g", "e/f", "e/g")) {
      Files.writeString(outside.resolve(name), "precious");
    }
    before = manifest();
  }

  private TreeManifest manifest() throws Exception {
    return TreeManifest.of(LIBC, RawPath.toBytes(outside));
  }

  private void assertOutsideAsItWas() throws Exception {
    assertThat(before.differences(manifest())).isEmpty();
  }

  private Desk made() throws Exception {
    Desk desk = Desk.at(root);
    desk.wants(Desk.at(Desk.ROOT, "d", Desk.directory("D")));
    desk.wants(Desk.at(D, "e", Desk.directory("E")));
    desk.puts(D, "f", "F", "one");
    desk.puts(E, "f", "G", "two");
    desk.barrier(Desk.ROOT, D, E);
    return desk;
  }

  /** All an agent does: makes, moves, links, sends, gives attributes, removes, discards. */
  private static void everything(Desk desk, int round) throws Exception {
    desk.nextBatch();
    String contents = "contents " + round;
    EntryState file = Desk.state("N" + round % 3, Kind.FILE, 0666, contents.length(), null);
    desk.wants(Desk.at(D, "g", file), Desk.at(E, "g", file), Desk.at(E, "l", Desk.link("L", "x")));
    desk.sends(file, contents);
    desk.wants(
        Desk.at(D, "moved", Desk.file("F", "one")),
        Desk.absent(D, "f"),
        Desk.at(Desk.ROOT, "d", Desk.state("D", Kind.DIRECTORY, 0777, 0, null)));
    desk.wants(Desk.at(D, "f", Desk.file("F", "one")), Desk.absent(D, "moved"));
    desk.lists(E, Desk.present("f", Desk.file("G", "two")));
    desk.barrier();
  }

  @Test
  void notBySymbolicLinksOnTheWay() throws Exception {
    for (boolean again : new boolean[] {false, true}) {
      for (String name : List.of("d", "d/e")) {
        Desk desk = made();
        Files.move(root.resolve(name), root.resolve("aside"));
        Path to = name.equals("d") ? outside : outside.resolve("e");
        Files.createSymbolicLink(root.resolve(name), to);
        if (again) {
          desk.again(false);
        }
        everything(desk, 1);
        assertOutsideAsItWas();
        desk.end(true);
        Program.check("rm", "-rf", root.toString());
      }
    }
  }

  @Test
  void notInARaceEither() throws Exception {
    Desk desk = made();
    byte[] trap = RawPath.toBytes(root.resolve("trap"));
    Files.createSymbolicLink(root.resolve("trap"), outside);
    AtomicBoolean stop = new AtomicBoolean();
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Future<Long> swaps =
          thread.submit(
              () -> {
                long done = 0;
                while (!stop.get()) {
                  try {
                    int at = Linux.AT_FDCWD;
                    LIBC.renameat2(
                        at, trap, at, RawPath.toBytes(root.resolve("d")), Linux.RENAME_EXCHANGE);
                    done++;
                  } catch (org.georep.posix.PosixException e) {
                    // The agent moved one of the two: it is put there again.
                    Program.run(List.of("rm", "-rf", root.resolve("trap").toString()));
                    Program.run(
                        List.of("ln", "-sn", outside.toString(), root.resolve("trap").toString()));
                  }
                }
                return done;
              });
      for (int round = 0; round < 150; round++) {
        everything(desk, round);
        if (round % 50 == 49) {
          desk.again(false);
        }
      }
      stop.set(true);
      assertThat(swaps.get(Waits.limit().toSeconds(), TimeUnit.SECONDS)).isGreaterThan(100);
    } finally {
      stop.set(true);
      thread.shutdownNow();
    }
    assertOutsideAsItWas();
    desk.end(true);
  }

  @Test
  void notByLinksToFilesOutside() throws Exception {
    Desk desk = made();
    Files.delete(root.resolve("d/f"));
    Files.createLink(root.resolve("d/f"), outside.resolve("f"));
    TreeManifest linked = manifest();
    everything(desk, 1);
    desk.puts(D, "f", "F", "one");
    desk.wants(Desk.at(D, "f", Desk.state("F", Kind.FILE, 0777, 3, null)));
    assertThat(linked.differences(manifest())).as("but for a link that was there").isEmpty();
    assertThat(Files.readString(root.resolve("d/f"))).isEqualTo("one");
    desk.end(true);
  }

  @Test
  void notByWhatLiesInTheStage() throws Exception {
    Desk desk = made();
    long job = desk.opensJob();
    Path place = desk.place(job);
    Files.createSymbolicLink(place.resolve("way"), outside);
    Files.createSymbolicLink(place.resolve("file"), outside.resolve("f"));
    Files.createLink(place.resolve("hard"), outside.resolve("f"));
    Program.check("mkfifo", place.resolve("fifo").toString());
    EntryState wanted = Desk.file("F", "precious");
    desk.wants(Desk.at(D, "f", wanted));
    List<Request.Staged> staged = new ArrayList<>();
    for (String path : List.of("way/f", "file", "fifo", "none/none")) {
      staged.add(new Request.Staged(EntryPath.parse(path), wanted));
    }
    Reply.Published published = desk.publishes(job, staged);
    assertThat(published.published()).isEmpty();
    assertThat(published.missing()).hasSize(4);
    Request.Staged hard = new Request.Staged(EntryPath.parse("hard"), wanted);
    assertThat(desk.publishes(job, List.of(hard)).failures()).hasSize(1);
    desk.ask(new Request.CloseJob(job));
    assertThat(Files.readString(root.resolve("d/f"))).isEqualTo("one");
    assertOutsideAsItWas();
    desk.end(true);
  }

  @Test
  void notIntoAMountBelowTheRoot() throws Exception {
    Desk desk = made();
    Path point = root.resolve("d/e");
    List<String> mount = List.of("mount", "--bind", outside.toString(), point.toString());
    assumeTrue(Program.run(mount).exitCode() == 0, "mounts need root");
    try {
      everything(desk, 1);
      desk.again(false);
      everything(desk, 2);
      desk.lists(D);
      desk.barrier();
      assertOutsideAsItWas();
    } finally {
      Program.check("umount", point.toString());
    }
    desk.end(true);
  }

  @Test
  void notByAnotherControlDirectory() throws Exception {
    made().end(true);
    Files.createDirectory(outside.resolve("stage"));
    Files.createDirectory(outside.resolve("stage/rubbish"));
    before = manifest();
    Files.move(root.resolve(".georep"), sandbox.path().resolve("aside"));
    Files.createSymbolicLink(root.resolve(".georep"), outside);
    Reply reply = new Desk(root).hello(Request.Mode.REPLICATE);
    assertThat(reply).isInstanceOf(Reply.Refused.class);
    assertOutsideAsItWas();
    Files.delete(root.resolve(".georep"));
    Files.move(sandbox.path().resolve("aside"), root.resolve(".georep"));
    for (String name : List.of("stage", "limbo", "conflicts")) {
      Path own = root.resolve(".georep").resolve(name);
      Files.move(own, sandbox.path().resolve("aside"));
      Files.createSymbolicLink(own, outside);
      assertThat(new Desk(root).hello(Request.Mode.REPLICATE)).isInstanceOf(Reply.Refused.class);
      Files.delete(own);
      Files.move(sandbox.path().resolve("aside"), own);
    }
    assertOutsideAsItWas();
  }

  @Test
  void whatIsNoFileIsNotRead() throws Exception {
    Desk desk = made();
    EntryState fifo = Desk.state("P", Kind.FIFO, 0600, 0, null);
    desk.wants(Desk.at(D, "p", fifo));
    Reply reply =
        desk.ask(
            new Request.CompareContents(
                desk.batch(), List.of(new Request.Content(fifo, new byte[32]))));
    assertThat(((Reply.Same) reply).files()).isEmpty();
    desk.end(true);
  }

  private static EntryState device(String gfid, Kind kind, long number) {
    EntryState state = Desk.state(gfid, kind, 0666, 0, null);
    return new EntryState(
        state.gfid(),
        kind,
        0666,
        0,
        0,
        state.mtime(),
        state.ctime(),
        false,
        0,
        false,
        1,
        number,
        state.target(),
        List.of());
  }

  /** Also not where there was another entry, by another name, or after the agent died. */
  @Test
  void whoIsNotRootMakesNoDeviceNodes() throws Exception {
    assumeTrue(LIBC.geteuid() != 0, "root makes them");
    Desk desk = made();
    EntryState memory = device("M", Kind.CHARACTER_DEVICE, (1L << 8) | 1);
    EntryState disk = device("B", Kind.BLOCK_DEVICE, 8L << 8);
    EntryState absurd = device("A", Kind.BLOCK_DEVICE, -1);
    for (boolean again : new boolean[] {false, true}) {
      Reply.Reconciled answer =
          desk.wants(
              Desk.at(D, "mem", memory),
              Desk.at(E, "also", memory),
              Desk.at(D, "f", disk),
              Desk.at(E, "absurd", absurd));
      assertThat(answer.failures()).isEmpty();
      for (String name : List.of("d/mem", "d/e/also", "d/f", "d/e/absurd")) {
        assertThat(root.resolve(name)).isRegularFile().isEmptyFile();
      }
      assertThat(Program.check("find", root.toString(), "(", "-type", "b", "-o", "-type", "c", ")"))
          .isEmpty();
      if (!again) {
        desk.barrier();
        desk.again(false);
      }
    }
    desk.puts(E, "f", "G", "three");
    assertThat(root.resolve("d/e/f")).hasContent("three");
    assertOutsideAsItWas();
    desk.end(true);
  }
}
