package org.georep.torture;

import java.util.Objects;

/** A line of an operation log: when in its round, and what. */
sealed interface Step {
  /** Returns milliseconds since the round began. */
  long at();

  /** Returns it as a line. */
  String toLine();

  /** Something a writer does. */
  record Act(long at, Operation operation) implements Step {
    public Act {
      Objects.requireNonNull(operation, "operation is null");
    }

    @Override
    public String toLine() {
      return at + " act " + operation.toLine();
    }
  }

  /**
   * Something that goes wrong.
   *
   * @param millis how long, if it lasts
   */
  record Break(long at, Fault fault, long millis) implements Step {
    public Break {
      Objects.requireNonNull(fault, "fault is null");
    }

    @Override
    public String toLine() {
      return at + " break " + fault + " " + millis;
    }
  }

  /** The writers stop until the secondary is in step; a new round begins. */
  record Quiet(long at) implements Step {
    @Override
    public String toLine() {
      return at + " quiet";
    }
  }

  /** Reads what {@link #toLine} wrote. */
  static Step parse(String line) {
    String[] words = line.split(" ", 3);
    long at = Long.parseLong(words[0]);
    return switch (words[1]) {
      case "act" -> new Act(at, Operation.parse(words[2]));
      case "break" -> {
        String[] rest = words[2].split(" ", 2);
        yield new Break(at, Fault.valueOf(rest[0]), Long.parseLong(rest[1]));
      }
      case "quiet" -> new Quiet(at);
      default -> throw new IllegalArgumentException("not a step: " + line);
    };
  }
}
