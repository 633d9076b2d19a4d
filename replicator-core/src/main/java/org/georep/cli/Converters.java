package org.georep.cli;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Function;
import org.georep.changelog.capture.CaptureWish;
import org.georep.engine.EngineChoice;
import org.georep.posix.RawPath;
import org.georep.protocol.MinFree;
import org.georep.replicator.session.ByteText;
import org.georep.replicator.session.FreeSpace;
import org.georep.replicator.session.GivenPath;
import org.georep.replicator.session.LogFormat;
import org.georep.replicator.session.RateSchedule;
import org.georep.replicator.session.SessionName;
import org.georep.replicator.session.Settings;
import org.georep.replicator.session.Size;
import org.georep.replicator.session.Span;
import org.georep.replicator.session.SyncMode;
import org.georep.status.http.ListenAddress;
import picocli.CommandLine;

/** Words of the command line as values; what is wrong with one is said in its own words. */
final class Converters {
  private Converters() {}

  static void register(CommandLine line) {
    line.registerConverter(Size.class, checked(Size::parse));
    line.registerConverter(LogFormat.class, checked(LogFormat::parse));
    line.registerConverter(RateSchedule.class, checked(RateSchedule::parse));
    line.registerConverter(MinFree.class, checked(FreeSpace::parse));
    line.registerConverter(Duration.class, checked(Span::parse));
    line.registerConverter(URI.class, checked(Settings::url));
    line.registerConverter(SessionName.class, checked(SessionName::new));
    line.registerConverter(ListenAddress.class, checked(ListenAddress::parse));
    line.registerConverter(CaptureWish.class, checked(CaptureWish::parse));
    line.registerConverter(SyncMode.class, checked(SyncMode::parse));
    line.registerConverter(EngineChoice.class, checked(Converters::engine));
    line.registerConverter(
        Path.class, checked(text -> RawPath.toPath(GivenPath.absolute(ByteText.bytes(text)))));
  }

  private static <T> CommandLine.ITypeConverter<T> checked(Function<String, T> parser) {
    return text -> {
      try {
        return parser.apply(text);
      } catch (IllegalArgumentException e) {
        throw new CommandLine.TypeConversionException(e.getMessage());
      }
    };
  }

  private static EngineChoice engine(String word) {
    for (EngineChoice engine : EngineChoice.values()) {
      if (engine.name().toLowerCase(Locale.ROOT).equals(word)) {
        return engine;
      }
    }
    throw new IllegalArgumentException("'" + word + "' is none of auto, rsync, tarssh, stream");
  }
}
