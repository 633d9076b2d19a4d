package org.georep.secondary.tree;

import java.util.Objects;
import java.util.Optional;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Stat;
import org.georep.protocol.Kind;
import org.georep.secondary.identity.Mark;
import org.georep.secondary.identity.StandIn;

/**
 * What one look at a name found.
 *
 * @param directory where
 * @param name its name there
 * @param stat its attributes
 * @param mark what it stands for; empty for what is not georep's
 */
public record Found(Directory directory, FileName name, Stat stat, Optional<Mark> mark) {
  /** Checks its parts. */
  public Found {
    Objects.requireNonNull(directory, "directory is null");
    Objects.requireNonNull(name, "name is null");
    Objects.requireNonNull(stat, "stat is null");
    Objects.requireNonNull(mark, "mark is null");
  }

  /** Returns the place. */
  public Place place() {
    return directory.at(name);
  }

  /** Returns what it is, or stands in for. */
  public Kind kind() {
    return mark.flatMap(Mark::standIn).map(StandIn::kind).orElse(Kind.ofMode(stat.mode()));
  }

  /** Returns the number of the device it is, or stands in for. */
  public long rdev() {
    return mark.flatMap(Mark::standIn).map(StandIn::rdev).orElse(stat.rdev());
  }

  /** Returns whether it only stands in for what belongs here. */
  public boolean isStandIn() {
    return mark.flatMap(Mark::standIn).isPresent();
  }

  /** Returns whether it is a directory. */
  public boolean isDirectory() {
    return stat.isDirectory();
  }

  /** Returns whether it is not georep's. */
  public boolean isForeign() {
    return mark.isEmpty();
  }

  /** Returns whether it was deleted on the primary and is kept. */
  public boolean isKept() {
    return mark.isPresent() && mark.get().isKept();
  }

  /** Returns whether it stands for this gfid. */
  public boolean is(Gfid gfid) {
    return mark.isPresent() && mark.get().gfid().equals(gfid);
  }

  /**
   * Returns whether somebody else changed what georep left here: by mtime and size, or because a
   * look found that out otherwise ({@link Meddling}) and disowned it.
   */
  public boolean isChangedByOthers() {
    return kind() == Kind.FILE
        && mark.isPresent()
        && mark.get().left().isPresent()
        && LeftBehind.differs(stat, mark.get().left().get());
  }

  /** Returns whether both are one inode. */
  public boolean sameInode(Found other) {
    return stat.inode() == other.stat.inode();
  }
}
