package org.georep.replicator.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.georep.name.EntryPath;
import org.georep.replicator.quarantine.Quarantine;
import org.georep.replicator.verify.Difference;
import org.georep.replicator.verify.Verifier;
import org.georep.replicator.verify.VerifyFigures;
import org.georep.replicator.verify.VerifyJson;
import org.georep.replicator.verify.VerifyListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code sync} of the control socket: brings one path in step. It takes {@code path_bytes} and
 * {@code wait}. If it is to wait it says lines with {@code progress} or {@code difference}, and
 * answers with {@code figures}; else it answers with {@code queued} at once. One path is done after
 * the other, in the order they came, at most {@value #MOST_QUEUED} wait; those are forgotten when
 * the process ends.
 */
final class SyncOperation {
  private static final Logger log = LoggerFactory.getLogger(SyncOperation.class);
  private static final int MOST_QUEUED = 1_000;
  private static final Duration TELL_EVERY = Duration.ofSeconds(1);
  private static final Duration KEPT = Duration.ofSeconds(10);

  private final Verifier verifier;
  private final Quarantine quarantine;
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          KEPT.toMillis(),
          TimeUnit.MILLISECONDS,
          new ArrayBlockingQueue<>(MOST_QUEUED),
          work -> {
            Thread made = new Thread(work, "georep-sync");
            made.setDaemon(true);
            return made;
          });

  SyncOperation(Verifier verifier, Quarantine quarantine) {
    this.verifier = Objects.requireNonNull(verifier, "verifier is null");
    this.quarantine = Objects.requireNonNull(quarantine, "quarantine is null");
    thread.allowCoreThreadTimeOut(true);
  }

  /** Returns operations with this one. */
  Map<String, ControlSocket.Handler> with(Map<String, ControlSocket.Handler> others) {
    Map<String, ControlSocket.Handler> all = new HashMap<>(others);
    all.put("sync", (ControlSocket.Telling) this::sync);
    return all;
  }

  private ObjectNode sync(JsonNode request, ControlSocket.Lines lines) throws IOException {
    EntryPath path;
    try {
      path = EntryPath.parse(Base64.getDecoder().decode(request.path("path_bytes").asText()));
    } catch (IllegalArgumentException e) {
      throw new IOException("The path is not understood; use one version of georep.", e);
    }
    try {
      if (!request.path("wait").asBoolean(true)) {
        thread.execute(() -> alone(path));
        return JsonNodeFactory.instance.objectNode().put("queued", true);
      }
      Said said = new Said();
      Future<VerifyFigures> future = thread.submit(() -> run(path, said));
      return line("figures", VerifyJson.of(follow(future, said, lines)));
    } catch (RejectedExecutionException e) {
      throw new IOException(
          MOST_QUEUED + " paths wait to be looked at already; try again when some are done.", e);
    }
  }

  private VerifyFigures run(EntryPath path, VerifyListener listener)
      throws IOException, InterruptedException {
    quarantine.retry(
        entry -> entry.failure().path().filter(failed -> failed.startsWith(path)).isPresent());
    return verifier.sync(path, listener);
  }

  private void alone(EntryPath path) {
    try {
      VerifyFigures figures =
          run(
              path,
              new VerifyListener() {
                @Override
                public void progress(VerifyFigures figures) {}

                @Override
                public void difference(Difference difference) {
                  log.info("looked at again: {}", difference);
                }
              });
      log.info("{} was looked at again: {} entries", path, figures.entries());
    } catch (IOException e) {
      log.warn("{} was not brought in step: {}", path, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      log.error("{} could not be brought in step", path, e);
    }
  }

  /** The client is told by its own thread, also while its turn has not come. */
  private static VerifyFigures follow(
      Future<VerifyFigures> future, Said said, ControlSocket.Lines lines) throws IOException {
    boolean done = false;
    try {
      while (true) {
        try {
          VerifyFigures figures = future.get(TELL_EVERY.toMillis(), TimeUnit.MILLISECONDS);
          said.tell(lines);
          done = true;
          return figures;
        } catch (TimeoutException e) {
          said.tell(lines);
          lines.tell(line("progress", VerifyJson.of(said.figures)));
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failed) {
        throw failed;
      }
      throw new IOException(String.valueOf(e.getCause()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("The session ends.", e);
    } finally {
      if (!done) {
        said.left = true; // if it is at it, it comes to its end
        future.cancel(false);
      }
    }
  }

  private static ObjectNode line(String key, ObjectNode value) {
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.set(key, value);
    return line;
  }

  /** What was said and not told yet; a client that is slow holds the work up, not memory. */
  private static final class Said implements VerifyListener {
    private static final int MOST = 10_000;

    private final LinkedBlockingQueue<Difference> differences = new LinkedBlockingQueue<>(MOST);
    private volatile VerifyFigures figures = VerifyFigures.NONE;
    private volatile boolean left;

    @Override
    public void progress(VerifyFigures now) {
      figures = now;
    }

    @Override
    public void difference(Difference difference) throws IOException {
      try {
        boolean taken = false;
        while (!left && !taken) {
          taken = differences.offer(difference, TELL_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("The session ends.", e);
      }
    }

    void tell(ControlSocket.Lines lines) throws IOException {
      Difference next = differences.poll();
      while (next != null) {
        lines.tell(line("difference", VerifyJson.of(next)));
        next = differences.poll();
      }
    }
  }
}
