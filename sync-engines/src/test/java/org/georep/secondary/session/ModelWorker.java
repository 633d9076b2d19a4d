package org.georep.secondary.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.protocol.EntryState;
import org.georep.protocol.Kind;
import org.georep.protocol.Listing;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.protocol.RequestHandler;
import org.georep.protocol.Want;
import org.georep.secondary.session.ModelPrimary.Hint;
import org.jspecify.annotations.Nullable;

/**
 * A replicator: journal to batches to looks to the agent, data by gfid, barrier, stime; and a
 * hybrid crawl by digests. One of its life ends with a crash; journal, acknowledged position and
 * stime outlive it.
 *
 * <p>A little more than 500 lines: it follows the executable model's one class rule by rule, so
 * that the two can be compared.
 */
final class ModelWorker {
  /** What outlives a crash. */
  static final class Durable {
    final List<Hint> journal = new ArrayList<>(List.of(Hint.gap()));
    int acknowledged;
    int stime;
  }

  private static final int MARGIN = 2;

  private final ModelPrimary primary;
  private final Durable durable;
  private final Path stage;
  private final int size;
  private final Runnable claim;
  private final RequestHandler agent;
  private final Map<Long, Integer> looked = new TreeMap<>();
  private final Deque<Batch> open = new ArrayDeque<>();
  private final Set<Gfid> same = new HashSet<>();
  private int position;
  private long number;
  private long job;
  private Optional<Crawl> crawl = Optional.empty();
  boolean idle;
  int transfers;
  int comparisons;
  private boolean cut;

  private static final class Batch {
    final long number;
    final Set<Place> names = new LinkedHashSet<>();
    final Set<Hint> dirty = new LinkedHashSet<>();
    final Set<Gfid> jobs = new LinkedHashSet<>();
    final Set<Gfid> listed = new LinkedHashSet<>();
    Optional<Integer> mark = Optional.empty();
    Optional<Integer> end = Optional.empty();

    Batch(long number) {
      this.number = number;
    }
  }

  private static final class Crawl {
    final Deque<Gfid> stack = new ArrayDeque<>(List.of(ModelPrimary.VOL));
    final int since;
    boolean begun;

    Crawl(int since) {
      this.since = since;
    }
  }

  /**
   * Makes one life of it.
   *
   * @param cut whether large listings go over in parts of one name
   */
  ModelWorker(
      ModelPrimary primary,
      Durable durable,
      RequestHandler agent,
      Path stage,
      int size,
      boolean cut,
      Runnable claim) {
    this.primary = primary;
    this.durable = durable;
    this.agent = agent;
    this.stage = stage;
    this.size = size;
    this.cut = cut;
    this.claim = claim;
    this.position = durable.acknowledged;
  }

  /** Moves events from the kernel's queue to the journal. */
  static void capture(ModelPrimary primary, Durable durable, int most) {
    int began = primary.now + 1; // a fine clock; file stamps use the coarse one, behind it
    for (int i = 0; i < most && !primary.queue.isEmpty(); i++) {
      durable.journal.add(primary.queue.remove(0));
    }
    if (primary.queue.isEmpty()) {
      durable.journal.add(Hint.mark(began - MARGIN));
    }
  }

  void run(ModelSteps steps) throws Exception {
    while (true) {
      steps.pause();
      Batch batch = next();
      entries(batch, steps);
      looked.put(batch.number, primary.now);
      if (crawl.isPresent() && crawl.get().stack.isEmpty()) {
        done(agent.handle(new Request.CrawlEnd(batch.number)));
        crawl = Optional.empty();
      }
      boolean hold = crawl.isPresent();
      open.add(batch);
      if (hold) {
        batch.end = Optional.empty();
        batch.mark = Optional.empty();
      }
      while (!open.isEmpty() && (open.size() > 1 || position == durable.journal.size())) {
        finish(open.remove(), hold, steps);
      }
    }
  }

  private Batch next() {
    Batch batch = new Batch(++number);
    while (position < durable.journal.size()
        && batch.names.size() + batch.dirty.size() < size
        && batch.mark.isEmpty()) {
      Hint hint = durable.journal.get(position++);
      switch (hint.type()) {
        case "gap" -> crawl = Optional.of(new Crawl(durable.stime));
        case "mark" -> batch.mark = Optional.of(hint.time());
        default -> {
          batch.names.add(new Place(hint.directory(), FileName.of(hint.name())));
          if (!hint.type().equals("e")) {
            batch.dirty.add(hint);
          }
        }
      }
    }
    batch.end = Optional.of(position);
    idle =
        position == durable.journal.size()
            && crawl.isEmpty()
            && open.isEmpty()
            && batch.names.isEmpty()
            && batch.mark.isEmpty();
    return batch;
  }

  private void finish(Batch batch, boolean hold, ModelSteps steps) throws Exception {
    for (Gfid gfid : sorted(batch.jobs)) {
      transfer(gfid, batch, steps);
    }
    List<Gfid> listed = sorted(batch.listed);
    Optional<Instant> stime = Optional.empty();
    boolean moves = batch.mark.isPresent() && batch.mark.get() > durable.stime;
    if (batch.end.isPresent() && moves) {
      stime = Optional.of(Instant.ofEpochSecond(batch.mark.get()));
    }
    long upTo = -1;
    if (!hold && batch.mark.isPresent()) {
      for (Map.Entry<Long, Integer> each : looked.entrySet()) {
        if (each.getValue() < batch.mark.get() && each.getKey() <= batch.number) {
          upTo = Math.max(upTo, each.getKey());
        }
      }
    }
    steps.pause();
    Reply reply = agent.handle(new Request.Barrier(batch.number, listed, stime, upTo));
    require(reply instanceof Reply.Synced, reply);
    if (batch.end.isPresent()) {
      durable.acknowledged = batch.end.get();
      if (moves) {
        durable.stime = batch.mark.get();
        claim.run();
      }
    }
  }

  private void entries(Batch batch, ModelSteps steps) throws Exception {
    List<Gfid> dirty = new ArrayList<>();
    List<EntryState> metadata = new ArrayList<>();
    for (Hint hint : batch.dirty) {
      primary
          .look(hint.gfid())
          .ifPresent(
              state -> {
                if (hint.type().equals("d")) {
                  dirty.add(hint.gfid());
                  batch.jobs.add(hint.gfid());
                } else {
                  metadata.add(state);
                }
              });
    }
    List<Place> names = new ArrayList<>(batch.names);
    Set<Gfid> lists = new LinkedHashSet<>();
    if (crawl.isPresent()) {
      crawl(crawl.get(), batch, lists, steps);
    }
    boolean first = true;
    while (first || !names.isEmpty() || !lists.isEmpty()) {
      Reply.Reconciled answer =
          reconcile(batch, names, lists, first ? dirty : List.of(), metadata, steps);
      first = false;
      metadata.clear();
      for (Reply.Needed needed : answer.data()) {
        batch.jobs.add(needed.gfid());
        if (needed.sameToken()) {
          same.add(needed.gfid());
        }
      }
      batch.listed.addAll(answer.listed());
      names = loops(answer.loops());
      lists = new LinkedHashSet<>(answer.incomplete());
      lists.removeIf(gfid -> !primary.inside(gfid));
    }
  }

  private List<Place> loops(List<Place> loops) {
    List<Place> names = new ArrayList<>();
    for (Place loop : loops) {
      List<Place> chain = new ArrayList<>(List.of(loop));
      Gfid at = loop.directory();
      for (ModelPrimary.Up up = up(at); up != null; up = up(up.directory())) {
        chain.add(new Place(up.directory(), FileName.of(up.name())));
      }
      Collections.reverse(chain);
      chain.stream().filter(place -> !names.contains(place)).forEach(names::add);
    }
    return names;
  }

  private ModelPrimary.@Nullable Up up(Gfid gfid) {
    ModelPrimary.Inode inode = primary.nodes.get(gfid);
    return inode == null ? null : inode.up;
  }

  private Reply.Reconciled reconcile(
      Batch batch,
      List<Place> names,
      Set<Gfid> lists,
      List<Gfid> dirty,
      List<EntryState> metadata,
      ModelSteps steps)
      throws Exception {
    List<Gfid> doubts = new ArrayList<>();
    List<Want.At> wants = new ArrayList<>();
    Map<Gfid, EntryState> directories = new LinkedHashMap<>();
    for (Place place : names) {
      steps.pause();
      if (!primary.nodes.containsKey(place.directory())) {
        continue;
      }
      if (!primary.inside(place.directory())) {
        doubts.add(place.directory());
        continue;
      }
      Want want = look(place.directory(), place.name().toString());
      wants.add(new Want.At(place.directory(), want));
      directories.put(place.directory(), primary.look(place.directory()).orElseThrow());
      if (crawl.isPresent()
          && want instanceof Want.Present present
          && present.state().isDirectory()) {
        crawl.get().stack.add(present.state().gfid());
      }
      if (crawl.isPresent()
          && want instanceof Want.Present present
          && present.state().isFile()
          && present.state().ctime().getEpochSecond() >= crawl.get().since) {
        batch.jobs.add(present.state().gfid());
        same.add(present.state().gfid());
      }
    }
    List<Listing> listings = new ArrayList<>();
    for (Gfid gfid : sorted(lists)) {
      if (!primary.inside(gfid)) {
        continue;
      }
      List<Want> looks = new ArrayList<>();
      for (String name : List.copyOf(primary.inode(gfid).entries.keySet())) {
        steps.pause();
        if (primary.nodes.containsKey(gfid)) {
          looks.add(look(gfid, name));
        }
      }
      if (primary.nodes.containsKey(gfid)) {
        directories.put(gfid, primary.look(gfid).orElseThrow());
      }
      looks.removeIf(Want.Absent.class::isInstance);
      listings.add(new Listing(gfid, looks, true, true));
    }
    List<EntryState> last = List.copyOf(directories.values());
    if (!cut) {
      return send(
          new Request.Reconcile(batch.number, doubts, dirty, metadata, wants, listings, last));
    }
    Reply.Reconciled answer =
        send(
            new Request.Reconcile(
                batch.number, doubts, dirty, metadata, wants, List.of(), List.of()));
    List<Reply.Needed> data = new ArrayList<>(answer.data());
    List<Place> loops = new ArrayList<>(answer.loops());
    List<Gfid> listed = new ArrayList<>(answer.listed());
    for (Listing listing : listings) {
      int parts = Math.max(1, listing.wants().size());
      for (int i = 0; i < parts; i++) {
        List<Want> part = listing.wants().isEmpty() ? List.of() : List.of(listing.wants().get(i));
        Listing piece = new Listing(listing.directory(), part, i == 0, i == parts - 1);
        steps.pause();
        answer =
            send(
                new Request.Reconcile(
                    batch.number,
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(piece),
                    List.of()));
        data.addAll(answer.data());
        loops.addAll(answer.loops());
        listed.addAll(answer.listed());
      }
    }
    answer =
        send(
            new Request.Reconcile(
                batch.number, List.of(), List.of(), List.of(), List.of(), List.of(), last));
    return new Reply.Reconciled(data, loops, answer.incomplete(), listed, List.of());
  }

  private Reply.Reconciled send(Request.Reconcile request) throws IOException {
    Reply reply = agent.handle(request);
    require(reply instanceof Reply.Reconciled done && done.failures().isEmpty(), reply);
    return (Reply.Reconciled) reply;
  }

  private Want look(Gfid directory, String name) {
    FileName fileName = FileName.of(name);
    return primary
        .look(directory, name)
        .<Want>map(state -> new Want.Present(fileName, state))
        .orElseGet(() -> new Want.Absent(fileName));
  }

  private void crawl(Crawl crawling, Batch batch, Set<Gfid> lists, ModelSteps steps)
      throws Exception {
    if (!crawling.begun) {
      done(agent.handle(new Request.CrawlBegin()));
      // Nobody lists the root's own name.
      List<EntryState> root = List.of(primary.look(ModelPrimary.VOL).orElseThrow());
      send(
          new Request.Reconcile(
              batch.number, List.of(), List.of(), root, List.of(), List.of(), List.of()));
      crawling.begun = true;
    }
    for (int i = 0; i < 2 && !crawling.stack.isEmpty(); i++) {
      Gfid gfid = crawling.stack.remove();
      steps.pause();
      if (!primary.inside(gfid)) {
        continue;
      }
      Reply reply = agent.handle(new Request.Compare(List.of(primary.digest(gfid))));
      require(reply instanceof Reply.Different, reply);
      lists.addAll(((Reply.Different) reply).directories());
      if (primary.inode(gfid).ctime >= crawling.since) {
        lists.add(gfid); // no digest tells of the root's own attributes
      }
      List<Request.Suspect> suspects = new ArrayList<>();
      for (Gfid below : primary.inode(gfid).entries.values()) {
        ModelPrimary.Inode file = primary.inode(below);
        if (file.kind == Kind.FILE && file.ctime >= crawling.since) {
          suspects.add(new Request.Suspect(below, Instant.ofEpochSecond(file.ctime), 8));
        }
        if (primary.inode(below).kind == Kind.DIRECTORY) {
          crawling.stack.add(below);
        }
      }
      compare(suspects, batch);
    }
  }

  private void compare(List<Request.Suspect> suspects, Batch batch) throws IOException {
    Reply reply = agent.handle(new Request.Suspects(suspects));
    require(reply instanceof Reply.Different, reply);
    batch.jobs.addAll(((Reply.Different) reply).directories());
    same.addAll(((Reply.Different) reply).directories());
  }

  private void transfer(Gfid gfid, Batch batch, ModelSteps steps) throws Exception {
    for (Optional<EntryState> before = primary.look(gfid);
        before.isPresent();
        before = primary.look(gfid)) {
      byte[] contents = primary.contents(gfid);
      steps.pause();
      Optional<EntryState> after = primary.look(gfid);
      if (after.isPresent() && unchanged(before.get(), after.get())) {
        Set<Gfid> touched = new LinkedHashSet<>();
        if (!same.remove(gfid) || !isSame(after.get(), contents, batch, touched)) {
          publish(after.get(), contents, batch, touched);
        }
        sendAttributes(touched, batch, steps);
        return;
      }
    }
  }

  private static boolean unchanged(EntryState before, EntryState after) {
    return before.mtime().equals(after.mtime()) && before.ctime().equals(after.ctime());
  }

  private boolean isSame(EntryState state, byte[] contents, Batch batch, Set<Gfid> touched)
      throws Exception {
    comparisons++;
    byte[] sha = MessageDigest.getInstance("SHA-256").digest(contents);
    Reply reply =
        agent.handle(
            new Request.CompareContents(batch.number, List.of(new Request.Content(state, sha))));
    require(reply instanceof Reply.Same, reply);
    touched.addAll(((Reply.Same) reply).directories());
    return !((Reply.Same) reply).files().isEmpty();
  }

  private void publish(EntryState state, byte[] contents, Batch batch, Set<Gfid> touched)
      throws Exception {
    job++;
    boolean streamed = (state.gfid().hashCode() & 1) == 0;
    Reply reply =
        streamed
            ? Streams.publish(agent, job, batch.number, state, contents)
            : staged(state, contents, batch);
    require(
        reply instanceof Reply.Published published
            && published.failures().isEmpty()
            && published.missing().isEmpty(),
        reply);
    transfers += ((Reply.Published) reply).published().size();
    touched.addAll(((Reply.Published) reply).directories());
    if (!streamed) {
      done(agent.handle(new Request.CloseJob(job)));
    }
  }

  private Reply staged(EntryState state, byte[] contents, Batch batch) throws Exception {
    Reply opened = agent.handle(new Request.OpenJob(job, "tarssh"));
    require(opened instanceof Reply.JobOpened, opened);
    Files.write(stage.resolve("jobs/" + job).resolve("f"), contents);
    List<Request.Staged> files = List.of(new Request.Staged(EntryPath.parse("f"), state));
    return agent.handle(new Request.Publish(batch.number, job, files));
  }

  private void sendAttributes(Set<Gfid> touched, Batch batch, ModelSteps steps) throws Exception {
    List<EntryState> states = new ArrayList<>();
    for (Gfid gfid : touched) {
      primary.look(gfid).ifPresent(states::add);
    }
    steps.pause();
    Reply.Reconciled answer =
        send(
            new Request.Reconcile(
                batch.number, List.of(), List.of(), List.of(), List.of(), List.of(), states));
    require(answer.data().isEmpty() && answer.loops().isEmpty(), answer);
  }

  private static void done(Reply reply) {
    require(reply instanceof Reply.Done, reply);
  }

  private static void require(boolean is, Reply reply) {
    if (!is) {
      throw new IllegalStateException("unexpected answer: " + reply);
    }
  }

  private static List<Gfid> sorted(Set<Gfid> gfids) {
    List<Gfid> list = new ArrayList<>(gfids);
    Collections.sort(list);
    return list;
  }
}
