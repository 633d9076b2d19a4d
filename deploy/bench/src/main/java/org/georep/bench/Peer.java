package org.georep.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that replicates: how it copies a tree once, and how it goes on replicating it. */
interface Peer {
  /** The name of no program. */
  String NOTHING = "nothing";

  /** The name of what only fills the link. */
  String STREAM = "byte stream";

  String name();

  /** The command that brings the secondary in step once. */
  List<String> once(Path primary, Path secondary);

  /** The command that keeps it in step until killed; empty if the peer cannot. */
  List<String> continuous(Path primary, Path secondary);

  /** The command that goes on capturing changes without delivering them; empty if there is none. */
  default List<String> capture(Path primary) {
    return List.of();
  }

  /** Returns whether what it copies arrives as one file. */
  default boolean isOneFile() {
    return false;
  }

  /** Returns whether what it sends goes over ssh, and so can go through a relay. */
  default boolean usesSsh() {
    return true;
  }

  /** Returns in how many rounds it takes part, of so many there are. */
  default int rounds(int all) {
    return all;
  }

  /** Returns whether it does not replicate, but says what others are to be measured by. */
  static boolean isMeasure(String name) {
    return name.equals(NOTHING) || name.equals(STREAM);
  }

  /** Returns whether it is no program at all: what the others' cost is compared with. */
  default boolean isNothing() {
    return false;
  }

  /** No program. */
  static Peer nothing() {
    return new Peer() {
      @Override
      public String name() {
        return NOTHING;
      }

      @Override
      public List<String> once(Path primary, Path secondary) {
        return List.of();
      }

      @Override
      public List<String> continuous(Path primary, Path secondary) {
        return List.of();
      }

      @Override
      public boolean isNothing() {
        return true;
      }
    };
  }

  /** What a link carries at best: the tree as one stream of bytes that is only written down. */
  static Peer stream(List<String> ssh) {
    return new Peer() {
      @Override
      public String name() {
        return STREAM;
      }

      @Override
      public List<String> once(Path primary, Path secondary) {
        return shell(
            "tar -C '"
                + primary
                + "' -cf - . | "
                + String.join(" ", ssh)
                + " \"cat >'"
                + secondary.resolve("stream")
                + "'\"");
      }

      @Override
      public List<String> continuous(Path primary, Path secondary) {
        return List.of();
      }

      @Override
      public boolean isOneFile() {
        return true;
      }
    };
  }

  static Peer tar(List<String> ssh) {
    return new Simple(
        "tar | ssh tar",
        (primary, secondary) ->
            shell(
                "tar -C '"
                    + primary
                    + "' -cf - . | "
                    + String.join(" ", ssh)
                    + " tar -C '"
                    + secondary
                    + "' -xf -"));
  }

  static Peer rsync(List<String> ssh) {
    return new Simple(
        "rsync",
        (primary, secondary) ->
            List.of(
                "rsync",
                "-aHAX",
                "--delete",
                "-e",
                String.join(" ", ssh.subList(0, ssh.size() - 1)),
                primary + "/",
                ssh.get(ssh.size() - 1) + ":" + secondary + "/"));
  }

  /** lsyncd with its rsync-over-ssh layer and the shortest delay it takes, which is one second. */
  static Peer lsyncd(List<String> ssh, Path scratch) {
    return new Peer() {
      @Override
      public String name() {
        return "lsyncd";
      }

      @Override
      public List<String> once(Path primary, Path secondary) {
        return List.of();
      }

      @Override
      public List<String> continuous(Path primary, Path secondary) {
        String host = ssh.get(ssh.size() - 1);
        String shell = String.join(" ", ssh.subList(0, ssh.size() - 1));
        String configuration =
            "settings { nodaemon = true, insist = true }\n"
                + "sync { default.rsync, source = '"
                + primary
                + "/', target = '"
                + host
                + ":"
                + secondary
                + "/', delay = 1, rsync = { archive = true, rsh = '"
                + shell
                + "' } }\n";
        try {
          Path file = Files.createTempFile(scratch, "lsyncd", ".lua");
          Files.writeString(file, configuration);
          return List.of("lsyncd", file.toString());
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }

  static Peer georep(
      Path program, List<String> sshOptions, String host, Path scratch, String engine) {
    return new Peer() {
      @Override
      public String name() {
        return "georep " + engine;
      }

      /** With a state directory of the primary's own, which is another one each time. */
      private List<String> program(Path primary) {
        Path state = scratch.resolve("state-" + primary.getFileName());
        return new ArrayList<>(List.of(program.toString(), "--state-dir", state.toString()));
      }

      @Override
      public List<String> capture(Path primary) {
        List<String> command = program(primary);
        command.addAll(List.of("capture", primary.toString()));
        return command;
      }

      private List<String> command(Path primary, Path secondary) {
        List<String> command = program(primary);
        command.addAll(List.of("replicate", primary.toString(), host + ":" + secondary));
        command.addAll(List.of("--engine", engine));
        command.addAll(sshOptions);
        return command;
      }

      @Override
      public List<String> once(Path primary, Path secondary) {
        List<String> command = command(primary, secondary);
        command.add("--once");
        return command;
      }

      @Override
      public List<String> continuous(Path primary, Path secondary) {
        return command(primary, secondary);
      }
    };
  }

  private static List<String> shell(String line) {
    return List.of("sh", "-c", line);
  }

  /** Builds a command for two roots. */
  interface Command {
    List<String> of(Path primary, Path secondary);
  }

  /** A peer that only copies once. */
  record Simple(String name, Command command) implements Peer {
    @Override
    public List<String> once(Path primary, Path secondary) {
      return command.of(primary, secondary);
    }

    @Override
    public List<String> continuous(Path primary, Path secondary) {
      return List.of();
    }
  }

  /** Runs a command to its end: seconds it took. */
  static double time(List<String> command, Path log) throws IOException, InterruptedException {
    long begun = System.nanoTime();
    Process process = start(command, log);
    if (!process.waitFor(30, TimeUnit.MINUTES) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException(command + " failed; see " + log + ":\n" + Files.readString(log));
    }
    return (System.nanoTime() - begun) / 1e9;
  }

  /** Starts a command, its output going to a log. */
  static Process start(List<String> command, Path log) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .redirectInput(Path.of("/dev/null").toFile())
        .start();
  }
}
