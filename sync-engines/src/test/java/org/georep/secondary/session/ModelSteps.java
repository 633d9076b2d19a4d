package org.georep.secondary.session;

import java.util.concurrent.SynchronousQueue;
import org.jspecify.annotations.Nullable;

/**
 * Runs something step by step, in a thread of its own that never runs while its caller does. What
 * it throws reaches the caller of {@link #step}.
 */
final class ModelSteps {
  /** What runs. */
  interface Body {
    void run(ModelSteps steps) throws Exception;
  }

  private static final class Ended extends Error {
    private static final long serialVersionUID = 1L;

    Ended() {
      super("ended", null, false, false);
    }
  }

  private final SynchronousQueue<Boolean> go = new SynchronousQueue<>();
  private final SynchronousQueue<Boolean> paused = new SynchronousQueue<>();
  private final Thread thread;
  private @Nullable Throwable thrown;
  private boolean done;

  ModelSteps(Body body) {
    thread =
        new Thread(
            () -> {
              try {
                if (go.take()) {
                  body.run(this);
                }
              } catch (Ended e) {
                // as asked for
              } catch (Throwable e) {
                thrown = e;
              }
              done = true;
              try {
                paused.put(true);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  /** Called by the body: waits until the next step is wanted. */
  void pause() throws InterruptedException {
    paused.put(true);
    if (!go.take()) {
      throw new Ended();
    }
  }

  /** Lets the body run to its next pause. */
  void step() throws Throwable {
    if (!done) {
      go.put(true);
      paused.take();
    }
    if (thrown != null) {
      throw thrown;
    }
  }

  /** Ends the body where it paused. */
  void end() throws InterruptedException {
    if (!done) {
      go.put(false);
      paused.take();
    }
    thread.join();
  }
}
