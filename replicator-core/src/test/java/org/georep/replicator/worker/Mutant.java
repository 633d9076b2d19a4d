package org.georep.replicator.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.asm.AsmVisitorWrapper;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.matcher.ElementMatcher;
import net.bytebuddy.matcher.ElementMatchers;
import net.bytebuddy.pool.TypePool;
import org.georep.changelog.record.ChangeRecord;
import org.georep.name.FileName;
import org.georep.secondary.tree.Arrival;
import org.georep.secondary.tree.Directory;
import org.georep.secondary.tree.Found;

/**
 * A version of georep with one thing taken out of it: a class that is patched here and put before
 * the real one on the class path of another process. The product has nothing of this.
 */
enum Mutant {
  /** Nothing is patched. */
  NONE("org.georep.posix.NativeLibc", ElementMatchers.none(), Skip.class),
  /** The file system is not synced. */
  NO_BARRIER("org.georep.posix.NativeLibc", ElementMatchers.named("syncfs"), Skip.class),
  /** Whatever is at a name is taken for what should be. */
  NO_IDENTITY_CHECK(
      "org.georep.secondary.tree.Found", ElementMatchers.named("is"), AnswerYes.class),
  /** One thing that is to leave stays. */
  ONE_DELETE_SKIPPED(
      "org.georep.secondary.reconcile.Departures", ElementMatchers.named("leave"), SkipOne.class),
  /** Contents are written to where they belong, instead of being renamed there. */
  PUBLISH_WITHOUT_RENAME(
      "org.georep.secondary.tree.Tree",
      ElementMatchers.named("insert").and(ElementMatchers.takesArgument(0, Arrival.class)),
      WriteInPlace.class),
  /** Nobody is told that events were lost. */
  OVERFLOW_MARK_DROPPED(
      "org.georep.changelog.capture.host.JournalSink",
      ElementMatchers.named("append"),
      SkipGaps.class);

  private final String type;

  @SuppressWarnings("ImmutableEnumChecker") // matchers have no state
  private final ElementMatcher<? super MethodDescription> method;

  private final Class<?> advice;

  Mutant(String type, ElementMatcher<? super MethodDescription> method, Class<?> advice) {
    this.type = type;
    this.method = method;
    this.advice = advice;
  }

  /** Writes the patched class below a directory, to be put before a class path. */
  Path writtenTo(Path directory) throws IOException {
    Files.createDirectories(directory);
    if (this != NONE) {
      ClassFileLocator classes = ClassFileLocator.ForClassLoader.of(Mutant.class.getClassLoader());
      AsmVisitorWrapper patch = Advice.to(advice).on(method);
      new ByteBuddy()
          .redefine(TypePool.Default.of(classes).describe(type).resolve(), classes)
          .visit(patch)
          .make()
          .saveIn(directory.toFile());
    }
    return directory;
  }

  /** Does nothing instead. */
  static final class Skip {
    private Skip() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter() {
      return true;
    }
  }

  /** Says yes to whatever is georep's. */
  static final class AnswerYes {
    private AnswerYes() {}

    @Advice.OnMethodExit
    @SuppressWarnings("UnusedVariable") // what is assigned is what the method returns
    static void exit(@Advice.This Object found, @Advice.Return(readOnly = false) boolean answer) {
      answer = Inside.isMarked(found);
    }
  }

  /** Does nothing with one name. */
  static final class SkipOne {
    private SkipOne() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.Argument(0) Object found) {
      return Inside.isStaying(found);
    }
  }

  /** Does nothing with a gap. */
  static final class SkipGaps {
    private SkipGaps() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.Argument(0) Object record) {
      return Inside.isGap(record);
    }
  }

  /** Writes the contents to the name before the rename. */
  static final class WriteInPlace {
    private WriteInPlace() {}

    @Advice.OnMethodEnter
    static void enter(
        @Advice.Argument(0) Object arrival,
        @Advice.Argument(2) Object directory,
        @Advice.Argument(3) Object name)
        throws IOException {
      Inside.copy((Arrival) arrival, (Directory) directory, (FileName) name);
    }
  }

  /** What patched classes call, in the processes they are in. */
  public static final class Inside {
    static final String STAYING = "staying";
    private static final int STEP = 64 << 10;

    private Inside() {}

    /** Whether this is the one name that is not to leave. */
    public static boolean isStaying(Object found) {
      return ((Found) found).name().equals(FileName.of(STAYING));
    }

    /** Whether an agent made it, whatever it stands for. */
    public static boolean isMarked(Object found) {
      return !((Found) found).isForeign();
    }

    /** Whether it tells of lost events. */
    public static boolean isGap(Object record) {
      return record instanceof ChangeRecord.Gap;
    }

    /** Writes what arrived over a file that is there. */
    public static void copy(Arrival arrival, Directory directory, FileName name)
        throws IOException {
      Path from = Path.of("/proc/self/fd/" + arrival.node().descriptor());
      Path to = Path.of("/proc/self/fd/" + directory.descriptor() + "/" + name);
      if (!Files.exists(to)) {
        return;
      }
      try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
          FileChannel out =
              FileChannel.open(
                  to, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
        ByteBuffer step = ByteBuffer.allocate(STEP);
        while (in.read(step) > 0) {
          out.write(step.flip());
          step.clear();
        }
      }
    }
  }
}
