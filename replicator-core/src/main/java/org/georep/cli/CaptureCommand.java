package org.georep.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.georep.changelog.capture.CaptureWish;
import org.georep.replicator.session.ByteText;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.Settings;
import org.georep.replicator.session.Size;
import org.georep.replicator.worker.CaptureRun;
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

  @Parameters(index = "0", paramLabel = "PRIMARY", description = "The directory to watch.")
  private String primary;

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
        CaptureRun.prepare(
            host.libc(), host.clock(), host.state(), ByteText.bytes(primary), wish, journalLimit);
    ending.onStop(run::stop);
    run.run(() -> spec.commandLine().getErr().println("georep: capturing"));
    return 0;
  }
}
