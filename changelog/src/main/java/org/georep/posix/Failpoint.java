package org.georep.posix;

import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * A step after which a process may die, by a name, so that tests can let it die there. Each module
 * has an enum of its own; a line {@code SomeFailpoint.STEP_DONE.reached();} stands behind the step.
 *
 * <p>Only a {@link Handler} gives the line a meaning, and one is found only by {@link
 * ServiceLoader}: the test kit's jar names one, the product's jars name none, which a test sees to.
 * No setting, property or variable switches it on. Who can put a jar on the class path could as
 * well change the code. Without a handler there is a constant null to compare with, which the
 * compiler removes.
 */
public interface Failpoint {
  /** Returns its name, unique within its enum. */
  String name();

  /** Says that the step is done; returns at once, unless a test has other plans. */
  default void reached() {
    Handler handler = Installed.HANDLER;
    if (handler != null) {
      handler.reached(this);
    }
  }

  /** What happens at failpoints. For any number of threads. */
  interface Handler {
    /** Returns, throws, or ends the process. */
    void reached(Failpoint failpoint);
  }

  /** The handler of this process. */
  final class Installed {
    private static final @Nullable Handler HANDLER =
        ServiceLoader.load(Handler.class, Failpoint.class.getClassLoader())
            .findFirst()
            .orElse(null);

    private Installed() {}
  }
}
