package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.georep.connection.SecondaryAddress;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.georep.replicator.quarantine.Failure;
import org.georep.replicator.quarantine.Quarantine;
import org.georep.replicator.quarantine.Subject;
import org.georep.replicator.session.ByteText;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionFile;
import org.georep.replicator.session.SessionLock;
import org.georep.replicator.session.SessionName;
import org.georep.replicator.session.Settings;
import org.georep.replicator.session.StateDirectory;
import org.georep.status.file.StatusFile;
import org.georep.status.report.CrawlState;
import org.georep.status.report.WorkerReportBuilder;
import org.georep.status.report.WorkerState;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class GeorepTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private final Libc libc = NativeLibc.instance();

  private record Result(int code, String out, String err) {}

  private static Result georep(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Georep.run(
            args, new PrintWriter(out, true), new PrintWriter(err, true), Ending.onRequest());
    return new Result(code, out.toString(), err.toString());
  }

  private Result here(String... args) {
    String[] all = java.util.Arrays.copyOf(args, args.length + 2);
    all[args.length] = "--state-dir";
    all[args.length + 1] = sandbox.path().resolve("state").toString();
    return georep(all);
  }

  private SessionDirectory session(String name) throws Exception {
    StateDirectory state = new StateDirectory(sandbox.path().resolve("state"));
    SessionDirectory session = state.session(new SessionName(name));
    session.make();
    new SessionFile(libc, session.yaml())
        .write(
            new SessionConfiguration(
                new java.util.UUID(1, 2),
                session.name(),
                sandbox.directory("primary"),
                SecondaryAddress.parse("host.invalid:/copy"),
                Settings.DEFAULTS));
    return session;
  }

  private String volume() {
    return org.georep.replicator.session.VolumeName.of(
        RawPath.toBytes(sandbox.directory("primary")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "replicate",
        "status",
        "capture",
        "journal",
        "journal show",
        "journal stat",
        "quarantine",
        "quarantine list",
        "quarantine retry",
        "quarantine drop",
        "checkpoint",
        "checkpoint create",
        "checkpoint list",
        "checkpoint wait",
        "events",
        "doctor",
        "completion",
        "agent"
      })
  void everyVerbExplainsItself(String verb) {
    Result result = georep((verb + " --help").strip().split(" ", -1));
    assertThat(result.code()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).contains("Usage: georep " + verb).doesNotContain("null");
    assertThat(result.out().lines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  void everyExitCodeIsListed() {
    String help = georep("--help").out();
    for (ExitCode code : ExitCode.values()) {
      assertThat(help).containsPattern("(?m)^ +" + code.number() + "   ");
    }
    assertThat(georep("--version").out()).startsWith("georep ");
  }

  @Test
  void wrongUseIsExplained() {
    for (String[] args :
        List.of(
            new String[] {},
            new String[] {"replikate"},
            new String[] {"replicate"},
            new String[] {"replicate", "/p"},
            new String[] {"replicate", "/p", "s", "--colour"},
            new String[] {"journal"},
            new String[] {"quarantine"},
            new String[] {"completion", "tcsh"})) {
      Result result = georep(args);
      assertThat(result.code()).isEqualTo(1);
      assertThat(result.out()).isEmpty();
      assertThat(result.err()).startsWith("georep: ").contains("--help").doesNotContain("\tat ");
    }
    assertThat(georep("replikate").err()).contains("replicate");
  }

  @Test
  void wrongValuesAreExplained() {
    String primary = sandbox.directory("primary").toString();
    String[][] wrong = {
      {"--timeout", "5", "15s"},
      {"--timeout", "1ms", "at least 1s"},
      {"--bwlimit", "fast", "10MB/s"},
      {"--sync-jobs", "0", "from 1 to 64"},
      {"--sync-jobs", "many", "--sync-jobs"},
      {"--engine", "warp", "auto, rsync, tarssh"},
      {"--capture", "psychic", "fanotify"},
      {"--name", "a/b", "no session name"},
      {"--crawl-limit", "-1", "crawl-limit"},
      {"--turns", "0", "--turns"},
      {"--exclude", "", "pattern"},
      {"--exclude-from", "/nonexistent", "--exclude-from"},
      {"--hook", "tell", "absolute path"},
      {"--heartbeat-url", "ftp://host/x", "https://host/path"},
      {"--lag-threshold", "1ms", "at least 1s"}
    };
    for (String[] each : wrong) {
      Result result = here("replicate", primary, "/elsewhere", each[0] + "=" + each[1]);
      assertThat(result.code()).as(each[0]).isEqualTo(1);
      assertThat(result.err()).contains(each[2]);
    }
    Result checksum = here("replicate", primary, "/elsewhere", "--checksum");
    assertThat(checksum.code()).isEqualTo(1);
    assertThat(checksum.err()).contains("--adopt");
    assertThat(sandbox.path().resolve("state")).doesNotExist();
  }

  @Test
  void unfitEndsAreExplained() {
    Result missing = here("replicate", sandbox.path() + "/none", "/elsewhere");
    assertThat(missing.code()).isEqualTo(1);
    assertThat(missing.err()).startsWith("georep: The primary ").contains("does not exist");
    Result daemon = here("replicate", sandbox.directory("p").toString(), "host::module");
    assertThat(daemon.code()).isEqualTo(1);
    assertThat(daemon.err()).contains("HOST:DIR");
  }

  @Test
  void theHelpTellsTheDefaults() {
    String help = georep("replicate", "--help").out().replaceAll("\\s+", " ");
    SettingOptions none = new SettingOptions();
    assertThat(none.settings(List.of())).isEqualTo(Settings.DEFAULTS);
    org.georep.replicator.session.Settings d = Settings.DEFAULTS;
    defaultIs(help, "--engine", d.engine().name().toLowerCase(java.util.Locale.ROOT));
    defaultIs(help, "--sync-jobs", "" + d.syncJobs());
    defaultIs(help, "--bwlimit", d.bwlimit().toString());
    defaultIs(help, "--capture", d.capture().toString());
    defaultIs(
        help, "--rescan-interval", org.georep.replicator.session.Span.format(d.rescanInterval()));
    defaultIs(
        help, "--verify-interval", org.georep.replicator.session.Span.format(d.verifyInterval()));
    defaultIs(help, "--crawl-limit", "" + d.crawlLimit());
    defaultIs(help, "--min-free", org.georep.replicator.session.FreeSpace.format(d.minFree()));
    defaultIs(help, "--lag-threshold", org.georep.replicator.session.Span.format(d.lagThreshold()));
    defaultIs(help, "--timeout", org.georep.replicator.session.Span.format(d.timeout()));
    String capture = georep("capture", "--help").out().replaceAll("\\s+", " ");
    defaultIs(capture, "--journal-limit", d.journalLimit().toString());
  }

  private static void defaultIs(String help, String option, String value) {
    Matcher text =
        Pattern.compile(Pattern.quote(option) + "=[A-Z|]+ [^=]*?Default: ([^ ]*)\\. ")
            .matcher(help);
    assertThat(text.find()).as("%s tells its default", option).isTrue();
    assertThat(text.group(1)).as(option).isEqualTo(value);
  }

  @Test
  void everySettingComesFromItsOption() throws Exception {
    Path rules = sandbox.path().resolve("rules");
    Files.writeString(rules, "+ from\n");
    String[] args = {
      "replicate",
      "--engine=rsync",
      "--sync-jobs=7",
      "--bwlimit=1MB/s",
      "--capture=inotify",
      "--rescan-interval=2h",
      "--verify-interval=3d",
      "--crawl-limit=9",
      "--exclude=*.o",
      "--exclude-from=" + rules,
      "--include",
      "keep me",
      "--exclude=" + ByteText.of(new byte[] {(byte) 0xff}),
      "--min-free=2.5%",
      "--ignore-deletes",
      "--ssh-option=Port=1",
      "--ssh-option=A=b",
      "--ssh-key=/k",
      "--agent-command=run it",
      "--timeout=5s",
      "--hook=/bin/tell",
      "--hook=it",
      "--heartbeat-url=https://example.org/beat",
      "--lag-threshold=2m",
      "/p",
      "h:/d"
    };
    CommandLine line = Georep.commandLine(Ending.onRequest());
    CommandLine.ParseResult parsed = line.parseArgs(args).subcommand();
    var mixins = parsed.commandSpec().mixins();
    FilterOptions filter = (FilterOptions) mixins.get(ReplicateCommand.FILTER).userObject();
    SettingOptions options = (SettingOptions) mixins.get("settingOptions").userObject();
    Settings settings = options.settings(filter.lines());
    assertThat(settings.filter())
        .extracting(l -> l.toText())
        .containsExactly("- *.o", "+ from", "+ keep me", "-= /w==");
    for (var part : Settings.class.getRecordComponents()) {
      if (!List.of("journalLimit", "logFormat", "lease").contains(part.getName())) {
        assertThat(part.getAccessor().invoke(settings))
            .as(part.getName())
            .isNotEqualTo(part.getAccessor().invoke(Settings.DEFAULTS));
      }
    }
    assertThat(settings.sshOptions()).containsExactly("Port=1", "A=b");
  }

  /** The parser of one verb is all that a command line pays for. */
  @Test
  void aVerbThatIsNamedIsTheOnlyOneDescribed() {
    Map<String, CommandLine> verbs = Georep.verbs().getSubcommands();
    assertThat(verbs).hasSizeGreaterThan(10);
    verbs.forEach(
        (name, verb) -> {
          assertThat(verb.getCommandName()).isEqualTo(name);
          for (String[] line :
              List.of(
                  new String[] {name, "status"},
                  new String[] {"-v", "--state-dir", "verify", name},
                  new String[] {"--state-dir=verify", name, "--help"})) {
            CommandLine parser = Georep.commandLine(Ending.onRequest(), line);
            if (name.equals("completion")) {
              assertThat(parser.getSubcommands()).containsOnlyKeys(verbs.keySet());
            } else {
              assertThat(parser.getSubcommands()).containsOnlyKeys(name);
            }
          }
        });
    for (String[] line :
        List.of(new String[] {}, new String[] {"--help"}, new String[] {"sttus"})) {
      assertThat(Georep.commandLine(Ending.onRequest(), line).getSubcommands())
          .containsOnlyKeys(verbs.keySet());
    }
  }

  @Test
  void statusTellsWhatIsKnown() throws Exception {
    assertThat(here("status").out()).contains("georep replicate");
    assertThat(here("status", "--json").out()).isEqualTo("[]\n");
    Result none = here("status", "none");
    assertThat(none.code()).isEqualTo(10);
    assertThat(none.err()).contains("no session 'none'");

    SessionDirectory fresh = session("fresh");
    assertThat(here("status").out()).contains("fresh", "Not Started", "host.invalid::/copy");
    new StatusFile(fresh.status(volume()))
        .write(
            new WorkerReportBuilder()
                .session("fresh")
                .workerStatus(WorkerState.ACTIVE)
                .crawlStatus(CrawlState.CHANGELOG)
                .lagSeconds(0.0)
                .turns(7L)
                .build());
    JsonNode dead = new ObjectMapper().readTree(here("status", "fresh", "--json").out()).get(0);
    assertThat(dead.get("worker status").textValue()).isEqualTo("Stopped");
    assertThat(dead.get("lag_seconds").isNull()).isTrue();
    assertThat(dead.get("reason").textValue()).contains("Start it again");
    assertThat(dead.get("turns").intValue()).isEqualTo(7);
    try (SessionLock lock = SessionLock.take(libc, fresh)) {
      assertThat(lock).isNotNull();
      JsonNode starting = new ObjectMapper().readTree(here("status", "--json").out()).get(0);
      assertThat(starting.get("worker status").textValue()).isEqualTo("Initializing");
      assertThat(starting.get("lag_seconds").isNull()).isTrue();
      WorkerReportBuilder own =
          new WorkerReportBuilder()
              .session("fresh")
              .workerStatus(WorkerState.ACTIVE)
              .crawlStatus(CrawlState.CHANGELOG)
              .pid(ProcessHandle.current().pid())
              .lagSeconds(0.0);
      StatusFile file = new StatusFile(fresh.status(volume()));
      file.write(own.updated(Instant.now()).build());
      JsonNode held = new ObjectMapper().readTree(here("status", "--json").out()).get(0);
      assertThat(held.get("worker status").textValue()).isEqualTo("Active");
      assertThat(here("status", "--detail").out()).contains("Changelog Crawl");
      file.write(own.updated(Instant.now().minusSeconds(60)).build());
      JsonNode silent = new ObjectMapper().readTree(here("status", "--json").out()).get(0);
      assertThat(silent.get("lag_seconds").isNull()).isTrue();
      assertThat(silent.get("reason").textValue()).contains("does not answer");
    }
  }

  @Test
  void theStatusOfOneThatWasKilledWhileItWasFaultyIsNotBelieved() throws Exception {
    SessionDirectory session = session("killed");
    new StatusFile(session.status(volume()))
        .write(
            new WorkerReportBuilder()
                .session("killed")
                .workerStatus(WorkerState.FAULTY)
                .reason("the link is lost")
                .lagSeconds(3.0)
                .build());
    JsonNode dead = new ObjectMapper().readTree(here("status", "killed", "--json").out()).get(0);
    assertThat(dead.get("worker status").textValue()).isEqualTo("Faulty");
    assertThat(dead.get("lag_seconds").isNull()).isTrue();
  }

  @Test
  void quarantineIsListed() throws Exception {
    SessionDirectory session = session("s");
    assertThat(here("quarantine", "list", "s").out()).isEmpty();
    FileName odd = FileName.of("a\377".getBytes(StandardCharsets.ISO_8859_1));
    try (Quarantine quarantine =
        Quarantine.open(libc, session.quarantine(), Clock.systemUTC(), 10)) {
      quarantine.report(
          new Failure(
              Subject.of(Gfid.of(new byte[] {1})),
              Optional.of(EntryPath.of(List.of(odd))),
              "it may not be read",
              Errno.EACCES));
    }
    Result people = here("quarantine", "list", "s");
    assertThat(people.out()).startsWith("a\\xFF: it may not be read [EACCES] (since ");
    assertThat(people.err()).contains("1 in quarantine");
    JsonNode json = new ObjectMapper().readTree(here("quarantine", "list", "s", "--json").out());
    assertThat(json.get(0).get("path_bytes").textValue()).isEqualTo("Yf8=");
    assertThat(here("quarantine", "list", "other").code()).isEqualTo(10);
  }

  @Test
  void aJournalThatIsNotThereIsEmpty() throws Exception {
    session("s");
    assertThat(here("journal", "show", "s").out()).isEmpty();
    assertThat(here("journal", "stat", "s").out()).contains("last record: 0");
    assertThat(here("journal", "stat", "s", "--json").out())
        .isEqualTo("{\"journal_bytes\":0,\"last_sequence\":0,\"readers\":{}}\n");
    assertThat(here("journal", "show", "other").code()).isEqualTo(10);
  }

  @Test
  void theDoctorLooksAtEverything() throws Exception {
    Result result = here("doctor", "--json");
    JsonNode json = new ObjectMapper().readTree(result.out());
    assertThat(json.findValuesAsText("subject"))
        .containsExactly("java", "ssh", "rsync", "tar", "user", "fanotify", "inotify", "state");
    assertThat(json.findValuesAsText("level")).isSubsetOf("ok", "warning", "error");
    assertThat(result.code()).isZero();
    Files.writeString(sandbox.path().resolve("file"), "");
    Result broken = georep("doctor", "--state-dir", sandbox.path() + "/file");
    assertThat(broken.code()).isEqualTo(1);
    assertThat(broken.out()).contains("error    state     ").contains("--state-dir");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh", "fish"})
  void completionIsAScriptOfItsShell(String shell) throws Exception {
    String script = georep("completion", shell).out();
    assertThat(script).contains("replicate").contains("sync-jobs");
    if (Program.find(shell).isPresent()) {
      Path file = sandbox.path().resolve("script");
      Files.writeString(file, script);
      Program.check(shell, "-n", file.toString());
    }
  }
}
