package org.georep.bench.inner;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs the benchmarks of this package and prints one table. */
public final class Inner {
  /** As the launcher starts georep, as far as it matters here; and what Chronicle needs. */
  private static final String[] JAVA = {
    "-Xms256m",
    "-Xmx1g",
    "-XX:+UseSerialGC",
    "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
    "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
    "-Dchronicle.analytics.disable=true",
    "-Dchronicle.announcer.disable=true",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"
  };

  private static final String ALLOCATED = "gc.alloc.rate.norm";

  private Inner() {}

  /** Runs what matches: {@code [PATTERN] [FORKS]}, a regular expression over their names. */
  public static void main(String[] arguments) throws RunnerException {
    String pattern = arguments.length > 0 ? arguments[0] : "";
    int forks = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1;
    if (pattern.equals("--help") || arguments.length > 2) {
      System.out.println(
          """
          deploy/bench/inner [PATTERN [FORKS]]
            PATTERN  a regular expression; those whose names it is found in; all
            FORKS    how many Java virtual machines measure each, one after the other; 1""");
      return;
    }
    Path log = Path.of(System.getProperty("java.io.tmpdir"), "georep-bench-inner.log");
    System.err.println("measuring, some seconds each; what JMH says goes to " + log);
    var options =
        new OptionsBuilder()
            .include(Inner.class.getPackageName() + "\\..*" + pattern)
            .mode(Mode.AverageTime)
            .timeUnit(TimeUnit.NANOSECONDS)
            .forks(forks)
            .warmupIterations(2)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(4)
            .measurementTime(TimeValue.seconds(1))
            .addProfiler(GCProfiler.class)
            .jvmArgs(JAVA)
            .output(log.toString())
            .shouldFailOnError(true)
            .shouldDoGC(true)
            .build();
    try {
      System.out.print(table(new Runner(options).run()));
    } catch (NoBenchmarksException e) {
      System.err.println("no benchmark has " + pattern + " in its name");
      System.exit(1);
    }
  }

  private static String table(Collection<RunResult> results) {
    StringBuilder text =
        new StringBuilder("\n| benchmark | time for one | +- | in a second | bytes allocated |\n");
    text.append("|---|---:|---:|---:|---:|\n");
    for (RunResult result : results) {
      String name = result.getParams().getBenchmark();
      Result<?> time = result.getPrimaryResult();
      text.append("| ").append(name.substring(Inner.class.getPackageName().length() + 1));
      for (String parameter : result.getParams().getParamsKeys()) {
        text.append(' ').append(result.getParams().getParam(parameter));
      }
      text.append(" | ").append(nanos(time.getScore()));
      double error = time.getScoreError();
      text.append(" | ").append(Double.isNaN(error) ? "" : nanos(error));
      text.append(" | ").append(number(1e9 / time.getScore()));
      text.append(" | ").append(allocated(result)).append(" |\n");
    }
    return text.toString();
  }

  @SuppressWarnings("rawtypes") // JMH's
  private static String allocated(RunResult result) {
    // With a dot before it in some versions.
    return result.getSecondaryResults().entrySet().stream()
        .filter(secondary -> secondary.getKey().endsWith(ALLOCATED))
        .map(secondary -> number(secondary.getValue().getScore()))
        .findFirst()
        .orElse("");
  }

  private static String nanos(double nanos) {
    return nanos >= 1e6
        ? number(nanos / 1e6) + " ms"
        : nanos >= 1e3 ? number(nanos / 1e3) + " us" : number(nanos) + " ns";
  }

  private static String number(double value) {
    return String.format(
        Locale.ROOT, value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : "%.2f", value);
  }
}
