package org.georep.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.georep.changelog.capture.CaptureWish;
import org.georep.replicator.monitor.ProcessMark;
import org.georep.replicator.session.ByteText;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.Settings;
import org.georep.replicator.session.Size;
import org.georep.replicator.worker.CaptureRun;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code georep capture}: a process of its own that captures a volume's changes. */
@Command(
    name = "capture",
    mixinStandardHelpOptions = true,
    header = "Capture PRIMARY's changes in a process of its own, until stopped.",
    description = {
      "",
      "'georep replicate' captures by itself where no such process runs; but then its restart is a"
          + " gap, which costs a walk of the whole volume. While this process runs, all sessions of"
          + " the volume read from its journal, and can be stopped, started and upgraded without"
          + " one.",
      ""
    })
final class CaptureCommand implements Callable<Integer> {
  private final Ending ending;

  @ParentCommand private Georep top;
  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "PRIMARY",
      description = "The directory to watch.")
  private @Nullable String primary;

  @Option(
      names = "--path-base64",
      paramLabel = "BASE64",
      description = "The directory to watch, where its name is no text.")
  private @Nullable String primaryBytes;

  @Option(names = "--mark", paramLabel = "FILE", hidden = true)
  private @Nullable Path mark;

  @Option(
      names = "--capture",
      paramLabel = "SOURCE",
      description = "auto, fanotify or inotify. Default: auto.")
  private CaptureWish wish = CaptureWish.AUTO;

  @Option(
      names = "--journal-limit",
      paramLabel = "SIZE",
      description = {
        "Bytes of journal kept for secondaries that are behind; beyond that they need a walk."
            + " Default: 4GiB."
      })
  private Size journalLimit = Settings.DEFAULTS.journalLimit();

  CaptureCommand(Ending ending) {
    this.ending = ending;
  }

  @Override
  public Integer call() throws GeorepException, IOException, InterruptedException {
    Host host = top.host();
    CaptureRun run =
        CaptureRun.prepare(host.libc(), host.clock(), host.state(), path(), wish, journalLimit);
    ending.onStop(run::stop);
    Optional<ProcessMark> marked =
        Optional.ofNullable(mark).map(file -> new ProcessMark(host.libc(), file));
    try {
      run.run(() -> capturing(marked));
    } finally {
      if (marked.isPresent()) {
        marked.get().delete();
      }
    }
    return 0;
  }

  private void capturing(Optional<ProcessMark> marked) {
    spec.commandLine().getErr().println("georep: capturing");
    try {
      if (marked.isPresent()) {
        marked.get().write();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] path() {
    if (primary != null && primaryBytes == null) {
      return ByteText.bytes(primary);
    }
    if (primary != null || primaryBytes == null) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "say what to watch: PRIMARY or --path-base64");
    }
    try {
      return Base64.getDecoder().decode(primaryBytes);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "'" + primaryBytes + "' is no base64", e);
    }
  }
}
