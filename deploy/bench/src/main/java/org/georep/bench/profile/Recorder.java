package org.georep.bench.profile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Has every Java that is started with {@link #options} in {@code JAVA_TOOL_OPTIONS} record itself.
 *
 * <p>Georep's processes end in ways that leave a recorder no time to write its file. So what counts
 * is what each writes as it goes, beneath one directory, where {@link Processes} takes hold of it.
 */
public final class Recorder {
  /** The recorder samples no more often than each 10 ms. */
  private static final String SETTINGS =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <configuration version="2.0">
        <event name="jdk.ExecutionSample">
          <setting name="enabled">true</setting><setting name="period">10 ms</setting>
        </event>
        <event name="jdk.NativeMethodSample">
          <setting name="enabled">true</setting><setting name="period">10 ms</setting>
        </event>
        <event name="jdk.ObjectAllocationSample">
          <setting name="enabled">true</setting><setting name="throttle">500/s</setting>
          <setting name="stackTrace">true</setting>
        </event>
        <event name="jdk.GarbageCollection">
          <setting name="enabled">true</setting><setting name="threshold">0 ms</setting>
        </event>
      </configuration>
      """;

  private final Path repository;
  private final Path settings;

  /**
   * Prepares one.
   *
   * @param directory an empty directory whose path has no space
   */
  public Recorder(Path directory) throws IOException {
    repository = Files.createDirectory(directory.resolve("repository"));
    settings = Files.writeString(directory.resolve("georep.jfc"), SETTINGS);
  }

  /** Returns the options for Java. */
  public String options() {
    return "-XX:FlightRecorderOptions:stackdepth=128,repository="
        + repository
        + " -XX:StartFlightRecording:disk=true,dumponexit=false,settings="
        + settings;
  }

  /** Returns where each process has a directory whose name ends with its id. */
  Path repository() {
    return repository;
  }
}
