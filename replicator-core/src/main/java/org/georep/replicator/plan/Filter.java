package org.georep.replicator.plan;

import java.util.ArrayList;
import java.util.List;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.replicator.session.FilterLine;

/**
 * Which names a session leaves out, in rsync's pattern language, on bytes. The first rule that
 * matches decides; what no rule matches is taken. A directory that is left out is not entered, so
 * nothing below it is asked for.
 *
 * <p>A pattern matches as in rsync's manual: led by {@code /} it is anchored at the root; with a
 * {@code /} or {@code **} in it, it is matched against the whole path from the root (at its end,
 * unless anchored), else against the last name; ended by {@code /} it matches directories only;
 * {@code *} and {@code ?} do not cross slashes, {@code **} does; {@code [...]} is a class; {@code
 * DIR/***} matches a directory and all below it. A backslash escapes only where the pattern has a
 * wildcard.
 *
 * <p>Immutable; for any number of threads.
 */
public final class Filter {
  /** Leaves nothing out. */
  public static final Filter NONE = new Filter(List.of());

  private final List<Rule> rules;

  private record Rule(boolean exclude, FilterPattern pattern) {}

  private Filter(List<Rule> rules) {
    this.rules = List.copyOf(rules);
  }

  /** Makes one of rules in their order. */
  public static Filter of(List<FilterLine> lines) {
    List<Rule> rules = new ArrayList<>();
    for (FilterLine line : lines) {
      if (line.action() == FilterLine.Action.CLEAR) {
        rules.clear();
      } else {
        rules.add(
            new Rule(
                line.action() == FilterLine.Action.EXCLUDE, new FilterPattern(line.pattern())));
      }
    }
    return rules.isEmpty() ? NONE : new Filter(rules);
  }

  /** Returns whether nothing is ever left out. */
  public boolean isEmpty() {
    return rules.isEmpty();
  }

  /**
   * Returns whether what is left out depends on where it is: what is below a directory that is
   * renamed may be left out no longer.
   */
  public boolean tellsPlaces() {
    return rules.stream().anyMatch(rule -> rule.pattern().tellsPlaces());
  }

  /**
   * Returns whether an entry is left out by itself, given that the directories it is in are not.
   * The root never is.
   */
  public boolean excludes(EntryPath path, boolean directory) {
    if (rules.isEmpty() || path.isRoot()) {
      return false;
    }
    byte[] bytes = path.toBytes();
    for (Rule rule : rules) {
      if (rule.pattern().matches(bytes, directory)) {
        return rule.exclude();
      }
    }
    return false;
  }

  /** Returns whether an entry is left out, by itself or with a directory it is in. */
  public boolean leavesOut(EntryPath path, boolean directory) {
    if (rules.isEmpty()) {
      return false;
    }
    List<FileName> names = path.names();
    for (int depth = 1; depth < names.size(); depth++) {
      if (excludes(EntryPath.of(names.subList(0, depth)), true)) {
        return true;
      }
    }
    return excludes(path, directory);
  }
}
