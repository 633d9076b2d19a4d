package org.georep.torture;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.georep.testing.LoopImage;

/** What goes wrong, and how often in comparison. */
enum Fault {
  /** SIGKILL of the replicator, which is started again at once. */
  KILL_REPLICATOR(8),
  /** SIGTERM of the replicator, which is started again when it has ended. */
  END_REPLICATOR(3),
  KILL_CAPTURE(3),
  END_CAPTURE(2),
  KILL_AGENT(8),
  KILL_SSH(4),
  KILL_ENGINE(6),
  /** SIGSTOP, and SIGCONT a while later. */
  STOP_REPLICATOR(2),
  /** The same, and meanwhile more changes than a small journal, or the kernel's queue, holds. */
  FLOOD(1),
  STOP_CAPTURE(2),
  STOP_AGENT(3),
  STOP_SSH(2),
  STOP_ENGINE(3),
  /** All connections end. */
  CUT(5),
  /** Nothing passes for a while, but connections stay. */
  STALL(3),
  /** No new connection is accepted for a while, and those there are end. */
  REFUSE(3),
  /** The secondary cannot be written to for a while. */
  READ_ONLY(2),
  /** The secondary's file system is full to the last block for a while. */
  FULL(2),
  /** A quota on the secondary is used up for a while; on btrfs only. */
  QUOTA(2),
  /** Calls of the program on one of the two file systems fail with EIO for a while. */
  BROKEN_DISK(4),
  /** The same with EACCES. */
  FORBIDDEN(3),
  /** The clock of the program is set back for a while, by more than marks allow for. */
  CLOCK_BACK(1),
  /** The clock of the program is ahead for a while, and then set back. */
  CLOCK_AHEAD(1),
  /** The primary's file system is taken back to what it was at an earlier quiet point. */
  ROLL_BACK(1),
  /** The same of the secondary's. */
  ROLL_BACK_SECONDARY(1),
  /** Both file systems are kept as they are, for a later roll-back; not chosen at random. */
  SNAPSHOT(0),
  /** The secondary's file system loses what was not made durable, as in a power cut. */
  POWER_CUT(2);

  final int weight;

  Fault(int weight) {
    this.weight = weight;
  }

  /** Returns whether a set-up has what it takes for it to have an effect. */
  boolean canHappen(SetUp setUp) {
    return switch (this) {
      case KILL_CAPTURE, END_CAPTURE, STOP_CAPTURE -> !setUp.hosted();
      // stream is no process of its own; auto gives some files to rsync.
      case KILL_ENGINE, STOP_ENGINE -> !setUp.engine().equals("stream");
      case QUOTA -> setUp.kind() == LoopImage.Kind.BTRFS;
      case POWER_CUT -> setUp.kind() != LoopImage.Kind.BTRFS;
      default -> true;
    };
  }

  /** Returns whether it lasts for a while. */
  boolean lasts() {
    return switch (this) {
      case STOP_REPLICATOR, FLOOD, STOP_CAPTURE, STOP_AGENT, STOP_SSH, STOP_ENGINE -> true;
      case STALL, REFUSE, READ_ONLY, FULL, QUOTA -> true;
      case BROKEN_DISK, FORBIDDEN, CLOCK_BACK, CLOCK_AHEAD -> true;
      default -> false;
    };
  }

  /** Returns whether nothing can be written on the secondary while it lasts. */
  boolean deniesWriting() {
    return this == READ_ONLY || this == FULL || this == QUOTA;
  }

  /** Returns whether the writers must have stopped. */
  boolean needsQuiet() {
    return restores() || this == SNAPSHOT;
  }

  /** Returns whether it takes a file system back to an older copy. */
  boolean restores() {
    return this == ROLL_BACK || this == ROLL_BACK_SECONDARY;
  }

  /** Reads a list of names, such as {@code kill-agent,cut}; {@code all}; {@code none}. */
  static List<Fault> parse(String words) {
    List<Fault> faults = new ArrayList<>();
    for (String word : words.split(",", -1)) {
      switch (word) {
        case "all" -> faults.addAll(List.of(values()));
        case "none", "" -> {}
        default -> {
          boolean without = word.startsWith("-");
          String name = (without ? word.substring(1) : word).replace('-', '_');
          Fault fault = valueOf(name.toUpperCase(Locale.ROOT));
          if (without) {
            faults.remove(fault);
          } else {
            faults.add(fault);
          }
        }
      }
    }
    return faults;
  }

  /** Returns one of those allowed. */
  static Fault choose(Random random, List<Fault> allowed) {
    int at = random.nextInt(allowed.stream().mapToInt(fault -> fault.weight).sum());
    for (Fault fault : allowed) {
      at -= fault.weight;
      if (at < 0) {
        return fault;
      }
    }
    throw new IllegalStateException("no faults are left");
  }
}
