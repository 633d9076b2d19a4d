package org.georep.replicator.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.georep.posix.Libc;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SessionFilesTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private final Libc libc = NativeLibc.instance();
  private StateDirectory state = new StateDirectory(Path.of("/"));
  private byte[] primary = {};
  private byte[] secondary = {};

  @BeforeEach
  void make() {
    state = new StateDirectory(sandbox.path().resolve("state"));
    primary = RawPath.toBytes(sandbox.directory("primary"));
    secondary = RawPath.toBytes(sandbox.path().resolve("secondary"));
  }

  private SessionConfiguration prepare(String name, Settings settings) throws Exception {
    return new SessionPreparation(libc, state)
        .prepare(Optional.ofNullable(name).map(SessionName::new), primary, secondary, settings);
  }

  private static ExitCode codeOf(Throwable thrown) {
    return ((GeorepException) thrown).code();
  }

  @Test
  void theDefaultPlaceDependsOnTheUser() throws Exception {
    assertThat(StateDirectory.byDefault(0, Map.of("XDG_STATE_HOME", "/x")).path())
        .isEqualTo(Path.of("/var/lib/georep"));
    assertThat(StateDirectory.byDefault(1, Map.of("XDG_STATE_HOME", "/x", "HOME", "/h")).path())
        .isEqualTo(Path.of("/x/georep"));
    assertThat(StateDirectory.byDefault(1, Map.of("XDG_STATE_HOME", "rel", "HOME", "/h")).path())
        .isEqualTo(Path.of("/h/.local/state/georep"));
    assertThatThrownBy(() -> StateDirectory.byDefault(1, Map.of()))
        .isInstanceOf(GeorepException.class)
        .hasMessageContaining("--state-dir");
  }

  @Test
  void aNameTheLocaleCannotWriteIsRefused() throws Exception {
    Path plain = Path.of("/var/lib/plain");
    assertThat(StateDirectory.given(plain).path()).isEqualTo(plain);
    // Not UTF-8 and not ASCII, so not writable in any locale that is in use.
    Path odd = RawPath.toPath("/var/lib/\377".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> StateDirectory.given(odd))
        .isInstanceOf(GeorepException.class)
        .hasMessageContaining("/var/lib/\\xFF")
        .hasMessageContaining("LC_ALL=C.UTF-8");
  }

  @Test
  void filesLieWhereTheContractSays() {
    SessionDirectory session = state.session(new SessionName("s"));
    Path at = sandbox.path().resolve("state/s");
    assertThat(session.yaml()).isEqualTo(at.resolve("session.yaml"));
    assertThat(session.status("_v")).isEqualTo(at.resolve("_v.status"));
    assertThat(session.stime("_v")).isEqualTo(at.resolve("_v.stime"));
    assertThat(session.monitorStatus()).isEqualTo(at.resolve("monitor.status"));
    assertThat(session.quarantine()).isEqualTo(at.resolve("quarantine"));
    assertThat(session.control()).isEqualTo(at.resolve("control"));
    assertThat(session.log()).isEqualTo(at.resolve("log"));
    assertThat(state.journal("_v")).isEqualTo(sandbox.path().resolve("state/journal/_v"));
  }

  @Test
  void whatIsMadeIsForItsOwnerOnly() throws Exception {
    SessionDirectory session = state.session(new SessionName("s"));
    session.make();
    session.make();
    for (Path made : List.of(state.path(), session.path(), session.log())) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
          .isEqualTo("rwx------");
    }
    Files.writeString(sandbox.path().resolve("file"), "");
    assertThatThrownBy(
            () ->
                new StateDirectory(sandbox.path().resolve("file"))
                    .session(new SessionName("s"))
                    .make())
        .isInstanceOf(GeorepException.class)
        .hasMessageContaining("--state-dir");
  }

  @Test
  void preparingWritesNothing() throws Exception {
    SessionConfiguration session = prepare(null, Settings.DEFAULTS);
    assertThat(session.name().text()).startsWith("primary-to-secondary-");
    assertThat(state.path()).doesNotExist();
    assertThat(RawPath.toPath(secondary)).doesNotExist();
  }

  @Test
  void theSameEndsAreTheSameSession() throws Exception {
    SessionConfiguration first = prepare(null, Settings.DEFAULTS);
    Settings recorded =
        Settings.DEFAULTS.toBuilder().syncJobs(5).journalLimit(new Size(1L << 30)).build();
    SessionDirectory directory = state.session(first.name());
    directory.make();
    new SessionFile(libc, directory.yaml()).write(first.with(recorded));

    SessionConfiguration again =
        prepare(null, Settings.DEFAULTS.toBuilder().ignoreDeletes(true).build());
    assertThat(again.id()).isEqualTo(first.id());
    assertThat(again.settings().mode()).isEqualTo(SyncMode.IGNORE_DELETES);
    assertThat(again.settings().syncJobs()).as("has an option").isEqualTo(3);
    assertThat(again.settings().journalLimit()).as("has none").isEqualTo(new Size(1L << 30));
    assertThat(state.sessions()).extracting(SessionDirectory::name).containsExactly(first.name());
  }

  @Test
  void anotherPairOfEndsNeedsAnotherName() throws Exception {
    SessionConfiguration first = prepare("mine", Settings.DEFAULTS);
    SessionDirectory directory = state.session(first.name());
    directory.make();
    new SessionFile(libc, directory.yaml()).write(first);
    primary = RawPath.toBytes(sandbox.directory("other"));
    assertThatThrownBy(() -> prepare("mine", Settings.DEFAULTS))
        .isInstanceOf(GeorepException.class)
        .hasMessageContaining("replicates " + sandbox.path().resolve("primary"))
        .hasMessageContaining("--name");
  }

  @Test
  void aWrongFileSaysWhichAndWhere() throws Exception {
    SessionConfiguration first = prepare("mine", Settings.DEFAULTS);
    SessionDirectory directory = state.session(first.name());
    directory.make();
    Files.writeString(
        directory.yaml(),
        new String(SessionYaml.format(first), StandardCharsets.UTF_8) + "enigne: rsync\n");
    assertThatThrownBy(() -> prepare("mine", Settings.DEFAULTS))
        .isInstanceOf(GeorepException.class)
        .hasMessageContaining(directory.yaml().toString())
        .hasMessageContaining("Did you mean 'engine'?");
  }

  @Test
  void aMissingSessionIsSaidWithThoseThereAre() throws Exception {
    assertThatThrownBy(() -> state.existing(new SessionName("none")))
        .satisfies(e -> assertThat(codeOf(e)).isEqualTo(ExitCode.NO_SUCH_SESSION))
        .hasMessageContaining("--state-dir");
    SessionConfiguration first = prepare("mine", Settings.DEFAULTS);
    SessionDirectory directory = state.session(first.name());
    directory.make();
    new SessionFile(libc, directory.yaml()).write(first);
    Files.createDirectory(state.path().resolve("journal"));
    Files.createDirectory(state.path().resolve("no session"));
    assertThatThrownBy(() -> state.existing(new SessionName("none")))
        .hasMessageContaining("There are: mine.");
    assertThat(state.existing(new SessionName("mine")).path()).isEqualTo(directory.path());
    assertThat(SessionConfigurations.read(libc, state, first.name())).isEqualTo(first);
  }

  @Test
  void oneHoldsASession() throws Exception {
    SessionDirectory session = state.session(new SessionName("s"));
    session.make();
    assertThat(SessionLock.holder(libc, session)).isEmpty();
    try (SessionLock lock = SessionLock.take(libc, session)) {
      assertThat(lock).isNotNull();
      assertThat(SessionLock.holder(libc, session)).contains(ProcessHandle.current().pid());
      assertThatThrownBy(() -> SessionLock.take(libc, session))
          .asInstanceOf(type(GeorepException.class))
          .satisfies(e -> assertThat(e.code()).isEqualTo(ExitCode.HELD))
          .satisfies(
              e -> assertThat(e).hasMessageContaining("process " + ProcessHandle.current().pid()));
      // Asking and failing must not have freed it.
      assertThat(SessionLock.holder(libc, session)).isPresent();
    }
    assertThat(SessionLock.holder(libc, session)).isEmpty();
    SessionLock.take(libc, session).close();
  }

  @Test
  void aKilledHolderHoldsNothing() throws Exception {
    SessionDirectory session = state.session(new SessionName("s"));
    session.make();
    Files.writeString(session.lock(), "");
    Process holder =
        new ProcessBuilder(
                "flock", session.lock().toString(), "-c", "echo held; read wait_for_the_end")
            .start();
    try {
      assertThat(holder.getInputStream().read()).isEqualTo('h');
      assertThat(SessionLock.holder(libc, session)).contains(0L);
      assertThatThrownBy(() -> SessionLock.take(libc, session))
          .hasMessageContaining("held by another process");
    } finally {
      holder.descendants().forEach(ProcessHandle::destroyForcibly);
      holder.destroyForcibly().waitFor();
    }
    org.georep.testing.Waits.until(
        "the lock is free", () -> SessionLock.holder(libc, session).isEmpty());
    SessionLock.take(libc, session).close();
  }

  @Test
  void rulesAreReadFromAFileOfAnyBytes() throws Exception {
    Path file = sandbox.path().resolve("rules");
    Files.write(
        file,
        "# no\n\n; no\r\n*.o\n+ keep\n- #hash\n!\n a\n\377\nlast"
            .getBytes(StandardCharsets.ISO_8859_1));
    assertThat(FilterFile.read(file))
        .extracting(FilterLine::toText)
        .containsExactly("- *.o", "+ keep", "- #hash", "!", "-  a", "-= /w==", "- last");
    assertThatThrownBy(() -> FilterFile.read(sandbox.path().resolve("none")))
        .isInstanceOf(GeorepException.class)
        .hasMessageContaining("--exclude-from");
  }
}
