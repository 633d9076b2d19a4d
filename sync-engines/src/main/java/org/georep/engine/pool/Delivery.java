package org.georep.engine.pool;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.georep.connection.ConnectionException;
import org.georep.engine.Engine;
import org.georep.engine.Outcome;
import org.georep.engine.Shipment;
import org.georep.engine.Stop;
import org.georep.name.Gfid;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.protocol.Request.Staged;

/**
 * Takes files through one engine: a place in the stage, the engine, publishing, and the place's
 * end. After each publication the directories it touched are told before the files' ends. For one
 * thread.
 */
final class Delivery implements Carrier {
  /** So much is published at once: one message stays small, and the agent free for others. */
  private static final int MOST_PUBLISHED = 500;

  private static final long MOST_STATE_BYTES = 1L << 20;

  private final Engine engine;
  private final Agent agent;
  private final Counters.OfEngine counters;
  private final Stop stop;

  Delivery(Engine engine, Agent agent, Counters counters, Stop stop) {
    this.engine = Objects.requireNonNull(engine, "engine is null");
    this.agent = Objects.requireNonNull(agent, "agent is null");
    this.counters = counters.engine(engine.name());
    this.stop = Objects.requireNonNull(stop, "stop is null");
  }

  @Override
  public String name() {
    return engine.name();
  }

  @Override
  public List<Gfid> run(List<Gfid> files, Endings endings)
      throws ConnectionException, Agent.LostException, InterruptedException {
    List<Gfid> otherwise = new ArrayList<>();
    List<Gfid> left = new ArrayList<>(files);
    while (!left.isEmpty()) {
      List<Gfid> now = List.copyOf(left.subList(0, Math.min(left.size(), engine.mostFiles())));
      left.subList(0, now.size()).clear();
      if (stop.requested()) {
        now.forEach(gfid -> endings.end(gfid, new Outcome.Retry("the transfer was stopped")));
      } else {
        left.addAll(0, one(now, endings, otherwise));
      }
    }
    return otherwise;
  }

  /** One job; returns what this engine wants to be given again. */
  private List<Gfid> one(List<Gfid> files, Endings endings, List<Gfid> otherwise)
      throws ConnectionException, Agent.LostException, InterruptedException {
    long job = agent.newJob();
    String ticket;
    try {
      Request.OpenJob open = new Request.OpenJob(job, engine.name());
      ticket = agent.ask(open, Reply.JobOpened.class).ticket();
    } catch (Agent.RefusedException e) {
      files.forEach(gfid -> endings.end(gfid, new Outcome.Retry(reason(e))));
      return List.of();
    }
    try {
      counters.run();
      Shipment shipment = engine.carry(ticket, files, stop);
      shipment.ended().forEach(endings::end);
      otherwise.addAll(shipment.unfit());
      publish(job, shipment, endings, otherwise);
      return shipment.later();
    } finally {
      agent.tell(new Request.CloseJob(job));
    }
  }

  private static String reason(Exception e) {
    return "the agent could not do it: " + e.getMessage();
  }

  private void publish(long job, Shipment shipment, Endings endings, List<Gfid> otherwise)
      throws Agent.LostException, InterruptedException {
    Map<Long, List<Staged>> byBatch = new HashMap<>();
    for (Staged staged : shipment.staged()) {
      if (!endings.isOpen(staged.state().gfid())) {
        continue; // not what was asked for: tried again
      }
      long batch = endings.task(staged.state().gfid()).batch();
      byBatch.computeIfAbsent(batch, any -> new ArrayList<>()).add(staged);
    }
    for (Map.Entry<Long, List<Staged>> group : byBatch.entrySet()) {
      for (List<Staged> part : parts(group.getValue())) {
        publishPart(new Request.Publish(group.getKey(), job, part), shipment, endings, otherwise);
      }
    }
  }

  private static List<List<Staged>> parts(List<Staged> all) {
    List<List<Staged>> parts = new ArrayList<>();
    List<Staged> part = new ArrayList<>();
    long bytes = 0;
    for (Staged staged : all) {
      if (part.size() == MOST_PUBLISHED || bytes > MOST_STATE_BYTES) {
        parts.add(part);
        part = new ArrayList<>();
        bytes = 0;
      }
      part.add(staged);
      bytes += staged.state().xattrs().stream().mapToLong(xattr -> xattr.value().length).sum();
    }
    if (!part.isEmpty()) {
      parts.add(part);
    }
    return parts;
  }

  private void publishPart(
      Request.Publish request, Shipment shipment, Endings endings, List<Gfid> otherwise)
      throws Agent.LostException, InterruptedException {
    Map<Gfid, Long> asked = new HashMap<>();
    request.files().forEach(staged -> asked.put(staged.state().gfid(), staged.state().size()));
    Reply.Published reply;
    try {
      reply = agent.ask(request, Reply.Published.class);
    } catch (Agent.RefusedException e) {
      asked.keySet().forEach(gfid -> endings.end(gfid, new Outcome.Retry(reason(e))));
      return;
    }
    Set<Gfid> left = new Answers(endings, counters).take(asked, reply);
    // Whatever else was asked for and not answered did not arrive, either.
    for (Gfid gfid : left) {
      if (shipment.missing() instanceof Shipment.Missing.Again again) {
        endings.end(gfid, new Outcome.Retry(again.reason()));
      } else {
        otherwise.add(gfid);
      }
    }
  }
}
