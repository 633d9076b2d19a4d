package org.georep.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Stack;
import org.georep.posix.RawPath;
import org.georep.replicator.session.ByteText;
import org.georep.replicator.session.FilterFile;
import org.georep.replicator.session.FilterLine;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.GivenPath;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The three options whose order among each other counts: the first rule that matches decides. */
@SuppressWarnings("UnusedVariable") // the consumers keep what is given; picocli wants the fields
final class FilterOptions {
  private final List<FilterLine> lines = new ArrayList<>();

  @Option(
      names = "--exclude",
      paramLabel = "PATTERN",
      parameterConsumer = Exclude.class,
      description = {
        "Leave out what matches PATTERN, in rsync's pattern language; what the secondary has there"
            + " is kept. Of several rules, also --include and --exclude-from, the first that"
            + " matches decides."
      })
  private @Nullable String exclude;

  @Option(
      names = "--include",
      paramLabel = "PATTERN",
      parameterConsumer = Include.class,
      description = "Take what matches PATTERN, whatever later rules say.")
  private @Nullable String include;

  @Option(
      names = "--exclude-from",
      paramLabel = "FILE",
      parameterConsumer = ExcludeFrom.class,
      description = {
        "Read rules from FILE, one on a line: patterns to exclude, or led by '+ ' to include; empty"
            + " lines and those beginning with '#' or ';' say nothing."
      })
  private @Nullable String excludeFrom;

  FilterOptions() {}

  /** Returns the rules in the order they were given. */
  List<FilterLine> lines() {
    return List.copyOf(lines);
  }

  private abstract static class Consumer implements CommandLine.IParameterConsumer {
    @Override
    public void consumeParameters(Stack<String> args, ArgSpec argument, CommandSpec command) {
      if (args.isEmpty()) {
        throw new CommandLine.ParameterException(
            command.commandLine(), argument.paramLabel() + " is missing");
      }
      FilterOptions options =
          (FilterOptions)
              Objects.requireNonNull(command.mixins().get(ReplicateCommand.FILTER)).userObject();
      String text = args.pop();
      try {
        add(text, options.lines);
      } catch (IllegalArgumentException | GeorepException e) {
        throw new CommandLine.ParameterException(command.commandLine(), e.getMessage(), e);
      }
      argument.setValue(text);
    }

    abstract void add(String text, List<FilterLine> lines) throws GeorepException;
  }

  /** For picocli. */
  static final class Exclude extends Consumer {
    @Override
    void add(String text, List<FilterLine> lines) {
      lines.add(FilterLine.parse(ByteText.bytes(text), FilterLine.Action.EXCLUDE));
    }
  }

  /** For picocli. */
  static final class Include extends Consumer {
    @Override
    void add(String text, List<FilterLine> lines) {
      lines.add(FilterLine.parse(ByteText.bytes(text), FilterLine.Action.INCLUDE));
    }
  }

  /** For picocli. */
  static final class ExcludeFrom extends Consumer {
    @Override
    void add(String text, List<FilterLine> lines) throws GeorepException {
      Path file = RawPath.toPath(GivenPath.absolute(ByteText.bytes(text)));
      lines.addAll(FilterFile.read(file));
    }
  }
}
