package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.georep.changelog.journal.JournalPosition;
import org.georep.changelog.journal.JournalSettings;
import org.georep.posix.NativeLibc;
import org.georep.replicator.worker.SystemCalls.Call;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The system calls of the real replicator, its capture and its agent, all in one record: contents
 * and names, synced; the secondary's stime, durable; limbo; the replicator's stime and position,
 * durable; the journal's position, durable; the journal's files.
 */
class SystemCallOrderTest {
  /** Those that change a file system or make it durable, as far as such a run has them. */
  private static final String CALLS =
      "write,pwrite64,ftruncate,copy_file_range,link,linkat,symlinkat,mkdirat,mknodat,rename,"
          + "renameat,renameat2,unlink,unlinkat,rmdir,fsync,fdatasync,syncfs";

  private static final String WRITES = "write|pwrite64|copy_file_range";
  private static final String RENAMES = "rename|renameat|renameat2";
  private static final String NAMES = RENAMES + "|linkat|symlinkat|mkdirat|mknodat|unlinkat";
  private static final Pattern LINE = Pattern.compile("\"([^\"]+)\\\\n\"");
  private static final Pattern OWN_STIME = Pattern.compile("stime\\\\\":\\\\\"([^\\\\]+)");
  private static final Pattern OWN_POSITION = Pattern.compile("position\\\\\":\\\\\"([^\\\\]+)");
  private static final Pattern POSITION = Pattern.compile("position=(\\d+:\\d+)");
  private static final Pattern GENERATION = Pattern.compile("/g(\\d+)/begin\"");
  private static final Pattern ITEM = Pattern.compile("/limbo>, \"([^\"]+)\"");
  private static final int FILES = 9;

  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private Path primary;
  private Path secondary;
  private Path state;
  private Path record;
  private SystemCalls calls;

  /**
   * A small file that was written whole.
   *
   * @param written the call that wrote its content beside the old one
   * @param durable the call that synced its name
   */
  private record Statement(String content, Call written, Call durable) {}

  @BeforeEach
  void prepare() {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "fanotify needs root");
    assumeTrue(SystemCalls.canBeRecorded(), "needs strace, and leave to trace");
    primary = sandbox.directory("primary");
    state = sandbox.directory("state");
    secondary = sandbox.path().resolve("copy");
    record = sandbox.path().resolve("record");
  }

  private static String contents(String name) {
    return "what is in " + name + "!";
  }

  /** Returns when each of the files was there. */
  private Map<String, Instant> run() throws Exception {
    Map<String, Instant> there = new LinkedHashMap<>();
    try (ReplicatorProgram program =
        new ReplicatorProgram(
            SystemCalls.recording(record, CALLS),
            sandbox.directory("front"),
            primary,
            state,
            secondary,
            UUID.randomUUID(),
            new JournalSettings(64L << 20, JournalSettings.MIN_GENERATION_BYTES))) {
      awaitStime(program);
      for (int i = 0; i < FILES; i++) {
        Path file = primary.resolve("f" + i);
        Files.writeString(file, contents("f" + i));
        there.put("f" + i, Instant.now());
        if (i % 3 == 2) {
          awaitStime(program);
          Files.delete(file);
        }
      }
      Path one = Files.createFile(primary.resolve("one"));
      Path other = primary.resolve("other");
      Path first = first().resolve("begin");
      Waits.until(
          "a generation is trimmed",
          () -> {
            assertThat(program.isAlive()).isTrue();
            for (int i = 0; i < 100; i++) {
              Files.move(one, other);
              Files.move(other, one);
            }
            return !Files.exists(first);
          });
      awaitStime(program);
    }
    return there;
  }

  /** Returns the journal's first generation, which has a number by the time. */
  private Path first() throws Exception {
    try (Stream<Path> files = Files.list(state.resolve("journal"))) {
      return files
          .filter(path -> path.getFileName().toString().matches("g[0-9]+"))
          .min(Comparator.naturalOrder())
          .orElseThrow();
    }
  }

  private void awaitStime(ReplicatorProgram program) throws Exception {
    Instant moment = Instant.now();
    Waits.until(
        "stime passes " + moment,
        () -> {
          assertThat(program.isAlive()).isTrue();
          return Load.stime(secondary).filter(stime -> stime.isAfter(moment)).isPresent();
        });
  }

  /** What was written to a file by writing another, which got its name; synced in between. */
  private List<Statement> statements(Path file, String beside) {
    String directory = "<" + file.getParent() + ">";
    String name = file.getFileName() + beside;
    List<Statement> all = new ArrayList<>();
    for (Call renamed :
        calls.all(call -> call.is(RENAMES, file.getParent().toString(), name + "\""))) {
      Call written = calls.lastBefore(renamed, call -> call.is("write", "/" + name + ">"));
      Call synced = calls.lastBefore(renamed, call -> call.is("fsync", "/" + name + ">"));
      assertThat(written.isOverBefore(synced)).as("%s before %s", written, synced).isTrue();
      Call durable = calls.firstAfter(renamed, call -> call.is("fsync", directory));
      all.add(new Statement(written.arguments(), written, durable));
    }
    return all;
  }

  private static String found(Pattern pattern, Statement statement) {
    return statement.written().find(pattern);
  }

  @Test
  void eachIsDurableBeforeWhatReliesOnIt() throws Exception {
    Map<String, Instant> there = run();
    calls = SystemCalls.read(record);
    // The first is an empty one, to have its blocks.
    List<Statement> claims =
        statements(secondary.resolve(".georep/stime"), ".spare").stream()
            .filter(claim -> !claim.content().contains("\"\\n\""))
            .toList();
    List<Statement> own = statements(state.resolve("stime"), ".new");
    List<Statement> acknowledged = statements(state.resolve("journal/readers/test"), ".new");
    assertThat(claims).hasSizeGreaterThan(3);
    contentsBeforeTheClaim(there, claims);
    limboAfterIt(claims);
    oursAfterTheirs(claims, own);
    theJournalAfterOurs(own, acknowledged);
  }

  /** Before the file system was synced for the first claim that has them. */
  private void contentsBeforeTheClaim(Map<String, Instant> there, List<Statement> claims) {
    for (Map.Entry<String, Instant> file : there.entrySet()) {
      Statement first =
          claims.stream()
              .filter(claim -> !stime(claim).isBefore(file.getValue()))
              .findFirst()
              .orElseThrow();
      Call sync = sync(first);
      String name = file.getKey();
      assertThat(calls.all(call -> call.is(WRITES, "/.georep/stage/", contents(name))))
          .as("contents of %s, before %s", name, sync)
          .isNotEmpty()
          .allMatch(written -> written.isOverBefore(sync));
      assertThat(calls.all(call -> call.is(RENAMES, "<" + secondary + ">, \"" + name + "\"")))
          .as("name of %s, before %s", name, sync)
          .isNotEmpty()
          .allMatch(named -> named.isOverBefore(sync));
    }
  }

  private static Instant stime(Statement claim) {
    return Instant.parse(found(LINE, claim));
  }

  /** What made durable what a claim of the secondary is about. */
  private Call sync(Statement claim) {
    return calls.lastBefore(claim.written(), call -> call.is("syncfs", "<" + secondary));
  }

  /** What came to limbo leaves it after a whole barrier, and nothing leaves while one claims. */
  private void limboAfterIt(List<Statement> claims) {
    String limbo = "<" + secondary.resolve(".georep/limbo") + ">";
    List<Call> leaving = calls.all(call -> call.is("unlinkat", limbo));
    assertThat(leaving).hasSizeGreaterThanOrEqualTo(FILES / 3);
    for (Call left : leaving) {
      String item = left.find(ITEM);
      Call came =
          calls.lastBefore(
              left, call -> call.is(RENAMES + "|linkat", limbo + ", \"" + item + "\""));
      assertThat(claims)
          .as("a barrier after %s and before %s", came, left)
          .anyMatch(claim -> came.isOverBefore(sync(claim)) && claim.durable().isOverBefore(left));
    }
    for (Statement claim : claims) {
      Call sync = sync(claim);
      assertThat(
              calls.all(
                  call ->
                      call.is(NAMES)
                          && call.thread().equals(sync.thread())
                          && sync.isOverBefore(call)
                          && call.isOverBefore(claim.written())))
          .as("names changed between %s and %s", sync, claim.written())
          .isEmpty();
    }
  }

  /** What we claim the secondary has claimed. In the beginning we have a position and no claim. */
  private static void oursAfterTheirs(List<Statement> claims, List<Statement> own) {
    List<Statement> all =
        own.stream().filter(ours -> ours.content().contains("stime\\\"")).toList();
    assertThat(all).hasSizeGreaterThan(3);
    for (Statement ours : all) {
      Instant stime = Instant.parse(found(OWN_STIME, ours));
      assertThat(claims)
          .as("%s there, before %s", stime, ours.written())
          .anyMatch(
              claim ->
                  !stime(claim).isBefore(stime) && claim.durable().isOverBefore(ours.written()));
    }
  }

  /**
   * The journal may forget what is before our position, and forgets only that. Before there is one,
   * a crawl looks at everything, and the journal begins where that did.
   */
  private void theJournalAfterOurs(List<Statement> own, List<Statement> acknowledged) {
    int checked = 0;
    for (Statement told : acknowledged) {
      JournalPosition position = JournalPosition.parse(found(POSITION, told));
      if (own.get(0).durable().isOverBefore(told.written())) {
        assertThat(own)
            .as("our own position, before %s", told.written())
            .anyMatch(
                ours ->
                    ours.durable().isOverBefore(told.written())
                        && JournalPosition.parse(found(OWN_POSITION, ours)).compareTo(position)
                            >= 0);
        checked++;
      }
    }
    assertThat(checked).as("positions after the first of ours").isGreaterThan(2);
    List<Call> trims =
        calls.all(call -> call.is("unlink", "\"" + state.resolve("journal") + "/g", "/begin\""));
    assertThat(trims).isNotEmpty();
    for (Call trim : trims) {
      long generation = Long.parseLong(trim.find(GENERATION));
      assertThat(acknowledged)
          .as("a position behind generation %s, before %s", generation, trim)
          .anyMatch(
              told ->
                  told.durable().isOverBefore(trim)
                      && JournalPosition.parse(found(POSITION, told)).generation() >= generation);
    }
  }
}
