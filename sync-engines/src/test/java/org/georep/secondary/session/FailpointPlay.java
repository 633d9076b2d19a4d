package org.georep.secondary.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.georep.secondary.session.Desk.ROOT;
import static org.georep.secondary.session.Desk.absent;
import static org.georep.secondary.session.Desk.at;
import static org.georep.secondary.session.Desk.directory;
import static org.georep.secondary.session.Desk.exists;
import static org.georep.secondary.session.Desk.file;
import static org.georep.secondary.session.Desk.gfid;
import static org.georep.secondary.session.Desk.link;
import static org.georep.secondary.session.Desk.present;
import static org.georep.secondary.session.Desk.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.georep.name.Gfid;
import org.georep.posix.Failpoint;
import org.georep.posix.NativeLibc;
import org.georep.protocol.Kind;
import org.georep.protocol.Request;
import org.georep.testing.FaultyLibc;
import org.georep.testing.Killing;
import org.jspecify.annotations.Nullable;

/**
 * One story that an agent is told, with entries of somebody else's in the way, ends and starts; it
 * dies once on the way and is told the story again from the beginning, as a replay does.
 */
final class FailpointPlay {
  private static final class Died extends Error {
    private static final long serialVersionUID = 1L;

    Died() {
      super("died", null, false, false);
    }
  }

  private final Path root;
  private final @Nullable Failpoint deadly;
  private final @Nullable List<Happening> record;
  private final FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
  private final Desk desk;
  private final List<Instant> asked = new ArrayList<>();
  private Optional<Instant> answered = Optional.empty();
  private int passes;
  private int deaths;

  FailpointPlay(Path root, Failpoint deadly, int passes) {
    this(root, deadly, passes, null);
  }

  private FailpointPlay(
      Path root, @Nullable Failpoint deadly, int passes, @Nullable List<Happening> record) {
    this.root = root;
    this.deadly = deadly;
    this.passes = passes;
    this.record = record;
    this.desk = new Desk(root, faulty.libc());
  }

  /**
   * What happened in a play: a call, a failpoint, or a barrier that was asked for or answered.
   *
   * @param words the call's method and paths, or a name
   */
  record Happening(String words, Optional<FaultyLibc.Call> call) {
    static final String ASKED = "barrier asked";
    static final String ANSWERED = "barrier answered";

    Happening(String words) {
      this(words, Optional.empty());
    }
  }

  /** Performs it with nobody dying; returns all that happened, in its order. */
  static List<Happening> recorded(Path root) throws Throwable {
    List<Happening> record = new ArrayList<>();
    FailpointPlay play = new FailpointPlay(root, null, 0, record);
    play.faulty.before(
        call -> true, call -> record.add(new Happening(call.toString(), Optional.of(call))));
    play.perform();
    return record;
  }

  private void note(String words) {
    if (record != null) {
      record.add(new Happening(words));
    }
  }

  /** Tells the story until its end; returns how often the agent died. */
  int perform() throws Throwable {
    Killing.during(
        this::reached,
        () -> {
          boolean open = false;
          boolean told = false;
          while (!told) {
            try {
              if (!open) {
                desk.open(Request.Mode.REPLICATE);
                open = true;
              }
              story();
              told = true;
            } catch (Died e) {
              faulty.clear();
              checkStime();
              desk.dies();
              open = false;
            }
          }
        });
    checkEnd();
    desk.end(true);
    return deaths;
  }

  private void reached(Failpoint at) {
    note(at.name());
    if (at == deadly && passes-- == 0) {
      deaths++;
      faulty.before(
          call -> !call.method().equals("close"),
          call -> {
            throw new Died();
          });
      throw new Died();
    }
  }

  private void story() throws IOException {
    foreign("f", "others");
    emptyDirectory("b");
    desk.lists(
        ROOT,
        present("a", directory("a")),
        present("b", directory("b")),
        present("f", file("f", "one")),
        present("g", file("f", "one")),
        present("s", link("s", "x")),
        present("q", state("q", Kind.FIFO, 0600, 0, null)));
    desk.sends(file("f", "one"), "one");
    desk.lists(gfid("a"), present("x", directory("x")), present("y", file("y", "why")));
    desk.sends(file("y", "why"), "why");
    desk.lists(gfid("b"));
    desk.lists(gfid("x"));
    barrier(1, ROOT, gfid("a"), gfid("b"), gfid("x"));

    desk.ask(
        new Request.Reconcile(
            desk.batch(),
            List.of(gfid("a")),
            List.of(gfid("f")),
            List.of(file("y", "why")),
            List.of(
                absent(gfid("a"), "x"),
                at(gfid("b"), "z", directory("x")),
                absent(gfid("a"), "y"),
                at(ROOT, "y", file("y", "why")),
                at(ROOT, "f", file("f", "three")),
                at(ROOT, "g", file("f", "three")),
                at(ROOT, "s", link("s2", "elsewhere")),
                absent(ROOT, "q")),
            List.of(),
            List.of(directory("b"))));
    desk.sends(file("f", "three"), "three");
    desk.lists(gfid("a"));
    barrier(2, gfid("a"));

    // Over the name of another file, and of a directory; and a directory with others' things goes.
    desk.wants(at(ROOT, "y", file("f", "three")), at(ROOT, "a", file("n", "new")));
    desk.sends(file("n", "new"), "new");
    foreign("b/z/theirs", "theirs");
    desk.wants(absent(ROOT, "b"));
    barrier(3);

    desk.again(true);
    desk.again(false);
    barrier(4);
    desk.again(true);
  }

  private void barrier(int number, Gfid... listed) throws IOException {
    Instant stime = Desk.TIME.plusSeconds(100L * asked.size() + number);
    asked.add(stime);
    note(Happening.ASKED);
    desk.ask(new Request.Barrier(desk.batch(), List.of(listed), Optional.of(stime), desk.batch()));
    note(Happening.ANSWERED);
    answered = Optional.of(stime);
    desk.nextBatch();
  }

  /** Unless it is there, or was put aside. */
  private void foreign(String path, String contents) throws IOException {
    Path place = desk.path(path);
    if (Files.isDirectory(place.getParent()) && !exists(place) && !wasMet(path)) {
      Files.writeString(place, contents);
    }
  }

  private boolean wasMet(String path) throws IOException {
    return desk.conflicts().stream()
        .anyMatch(found -> found.endsWith(Path.of(path).getFileName().toString()));
  }

  private void emptyDirectory(String path) throws IOException {
    if (!exists(desk.path(path))) {
      Files.createDirectory(desk.path(path));
    }
  }

  /** Nothing was claimed that no barrier was asked to claim, and what was answered stays. */
  private void checkStime() throws IOException {
    Path file = desk.path(".georep/stime");
    String text = Files.exists(file) ? Files.readString(file).strip() : "";
    Optional<Instant> found = text.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(text));
    assertThat(found.stream().allMatch(asked::contains)).as("%s of %s", found, asked).isTrue();
    if (answered.isPresent()) {
      assertThat(found).as("after %s", answered).isPresent();
      assertThat(found.get()).isAfterOrEqualTo(answered.get());
    }
  }

  private void checkEnd() throws IOException {
    String deaths = deadly + " after " + this.deaths + " deaths";
    assertThat(Desk.names(root)).as(deaths).containsExactly(".georep", "a", "f", "g", "s", "y");
    assertThat(desk.path("a")).as(deaths).hasContent("new");
    assertThat(desk.path("f")).as(deaths).hasContent("three");
    assertThat(Files.isSameFile(desk.path("f"), desk.path("g"))).as(deaths).isTrue();
    assertThat(Files.isSameFile(desk.path("f"), desk.path("y"))).as(deaths).isTrue();
    assertThat(Files.readSymbolicLink(desk.path("s"))).as(deaths).hasToString("elsewhere");
    assertThat(Desk.names(desk.path(".georep/limbo"))).as(deaths).isEmpty();
    assertThat(desk.conflicts()).as(deaths).contains("f").hasSize(2);
  }
}
