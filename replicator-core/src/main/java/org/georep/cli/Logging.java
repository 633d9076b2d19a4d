package org.georep.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log: warnings to standard error unless more is asked for; everything to a session's file. */
final class Logging {
  private static final String PLAIN = "%d{HH:mm:ss} %level %msg%n%nopex";
  private static final String FULL =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %level [%thread] %logger{1} %msg%n";
  private static final String OWN = "org.georep";
  private static final String LARGEST = "10MB";
  private static final int KEPT = 4;

  private Logging() {}

  /**
   * Logs to standard error.
   *
   * @param verbosity 0 warnings, 1 what is being done, 2 and more every detail
   */
  static void configure(int verbosity) {
    LoggerContext context = context();
    context.reset();
    Level level = verbosity == 0 ? Level.WARN : verbosity == 1 ? Level.INFO : Level.DEBUG;
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setTarget("System.err");
    start(context, console, verbosity < 2 ? PLAIN : FULL, level);
    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.ERROR);
    root.addAppender(console);
    context.getLogger(OWN).setLevel(level);
  }

  /** As {@link #toFile}, and nowhere else. */
  static void onlyToFile(Path directory) {
    LoggerContext context = context();
    context.reset();
    context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.ERROR);
    context.getLogger(OWN).setLevel(Level.INFO);
    toFile(directory);
  }

  /** Logs what is being done to {@code georep.log} in a directory, too; 50 MB at most. */
  static void toFile(Path directory) {
    LoggerContext context = context();
    Path file = directory.resolve("georep.log");
    RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
    appender.setFile(file.toString());
    FixedWindowRollingPolicy names = new FixedWindowRollingPolicy();
    names.setContext(context);
    names.setParent(appender);
    names.setFileNamePattern(file + ".%i");
    names.setMinIndex(1);
    names.setMaxIndex(KEPT);
    SizeBasedTriggeringPolicy<ILoggingEvent> sizes = new SizeBasedTriggeringPolicy<>();
    sizes.setContext(context);
    sizes.setMaxFileSize(FileSize.valueOf(LARGEST));
    names.start();
    sizes.start();
    appender.setRollingPolicy(names);
    appender.setTriggeringPolicy(sizes);
    start(context, appender, FULL, Level.INFO);
    context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
    ch.qos.logback.classic.Logger own = context.getLogger(OWN);
    if (own.getEffectiveLevel().isGreaterOrEqual(Level.INFO)) {
      own.setLevel(Level.INFO);
    }
  }

  private static void start(
      LoggerContext context,
      OutputStreamAppender<ILoggingEvent> appender,
      String pattern,
      Level least) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(pattern);
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.start();
    ch.qos.logback.classic.filter.ThresholdFilter threshold =
        new ch.qos.logback.classic.filter.ThresholdFilter();
    threshold.setLevel(least.toString());
    threshold.start();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.addFilter(threshold);
    appender.start();
  }

  private static LoggerContext context() {
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }
}
