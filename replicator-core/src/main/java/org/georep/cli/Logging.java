package org.georep.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.Duration;
import ch.qos.logback.core.util.FileSize;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.georep.replicator.session.LogFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log: warnings to standard error unless more is asked for, for people; what is being done, and
 * each change of a session's state, to the session's file, for programs, see {@link LogLayout}.
 */
final class Logging {
  private static final String PLAIN = "%d{HH:mm:ss} %level %msg%n%nopex";
  private static final String FULL =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %level [%thread] %logger{1} %kvp %msg%n";
  private static final String OWN = "org.georep";
  private static final String FORMAT = "georep.log.format";

  /** A session's log holds so much for each of the files, the one that is written among them. */
  static final int LARGEST = 10 << 20;

  /** So many files beside that one. */
  static final int KEPT = 4;

  private Logging() {}

  /**
   * Logs to standard error.
   *
   * @param verbosity 0 warnings, 1 what is being done, 2 and more every detail
   * @param format what was asked for; it then holds for sessions' files, too
   */
  static void configure(int verbosity, Optional<LogFormat> format) {
    LoggerContext context = context();
    context.reset();
    format.ifPresent(it -> context.putProperty(FORMAT, it.toString()));
    Level level = verbosity == 0 ? Level.WARN : verbosity == 1 ? Level.INFO : Level.DEBUG;
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setTarget("System.err");
    Encoder<ILoggingEvent> encoder =
        format.isPresent()
            ? encoder(context, format.get())
            : pattern(context, verbosity < 2 ? PLAIN : FULL);
    start(context, console, encoder, level);
    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.ERROR);
    root.addAppender(console);
    context.getLogger(OWN).setLevel(level);
  }

  /** As {@link #toFile}, and nowhere else. */
  static void onlyToFile(Path directory, LogFormat format) {
    LoggerContext context = context();
    String asked = context.getProperty(FORMAT);
    context.reset();
    if (asked != null) {
      context.putProperty(FORMAT, asked);
    }
    context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.ERROR);
    context.getLogger(OWN).setLevel(Level.INFO);
    toFile(directory, format);
  }

  /**
   * Logs what is being done to {@code georep.log} in a directory, too; the files before it are
   * {@code georep.log.1} and so on, 50 MiB in all.
   *
   * @param format how, unless something else was asked for on the command line
   */
  static void toFile(Path directory, LogFormat format) {
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
    sizes.setMaxFileSize(new FileSize(LARGEST));
    // Otherwise it looks once a minute, in which a log may grow beyond all bounds.
    sizes.setCheckIncrement(Duration.buildByMilliseconds(0));
    names.start();
    sizes.start();
    appender.setRollingPolicy(names);
    appender.setTriggeringPolicy(sizes);
    String asked = context.getProperty(FORMAT);
    LogFormat used = asked == null ? format : LogFormat.parse(asked);
    start(context, appender, encoder(context, used), Level.INFO);
    context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
    ch.qos.logback.classic.Logger own = context.getLogger(OWN);
    if (own.getEffectiveLevel().isGreaterOrEqual(Level.INFO)) {
      own.setLevel(Level.INFO);
    }
  }

  private static Encoder<ILoggingEvent> pattern(LoggerContext context, String pattern) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(pattern);
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.start();
    return encoder;
  }

  private static Encoder<ILoggingEvent> encoder(LoggerContext context, LogFormat format) {
    LogLayout layout = new LogLayout(format);
    layout.setContext(context);
    layout.start();
    LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
    encoder.setContext(context);
    encoder.setLayout(layout);
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.start();
    return encoder;
  }

  private static void start(
      LoggerContext context,
      OutputStreamAppender<ILoggingEvent> appender,
      Encoder<ILoggingEvent> encoder,
      Level least) {
    ThresholdFilter threshold = new ThresholdFilter();
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
