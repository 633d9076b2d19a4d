package org.georep.replicator.crawl;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.protocol.Listing;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.protocol.Want;
import org.georep.replicator.apply.Agent;
import org.georep.replicator.plan.Filter;
import org.georep.replicator.volume.PrimaryDirectory;
import org.georep.replicator.volume.PrimaryTree;

/**
 * The dry run: lists every directory of the primary and asks the agent what it would change.
 * Nothing is changed. For one thread.
 */
public final class PreviewWalk {
  private static final int PART = 5_000;

  private final PrimaryTree tree;
  private final Filter filter;
  private final Agent agent;

  /** Makes it for an agent greeted with {@link Request.Mode#PREVIEW}. */
  public PreviewWalk(PrimaryTree tree, Filter filter, Agent agent) {
    this.tree = tree;
    this.filter = filter;
    this.agent = agent;
  }

  private record Open(Gfid gfid, EntryPath path) {}

  /** Walks the whole primary, giving each change it would make to {@code changes}. */
  public void run(Consumer<Reply.Change> changes) throws IOException, InterruptedException {
    Deque<Open> left = new ArrayDeque<>(List.of(new Open(tree.rootGfid(), EntryPath.ROOT)));
    while (!left.isEmpty()) {
      Open open = left.pop();
      if (tree.directory(open.gfid()) instanceof PrimaryTree.Found.Inside inside) {
        try (PrimaryDirectory directory = inside.directory()) {
          visit(open, directory, left, changes);
        }
      }
    }
  }

  private void visit(
      Open open, PrimaryDirectory directory, Deque<Open> left, Consumer<Reply.Change> changes)
      throws IOException, InterruptedException {
    List<Want> part = new ArrayList<>();
    boolean first = true;
    for (FileName name : directory.names()) {
      Want want = directory.look(name);
      EntryPath path = open.path().resolve(name);
      if (want instanceof Want.Present present) {
        boolean isDirectory = present.state().isDirectory();
        if (filter.excludes(path, isDirectory)) {
          want = new Want.Excluded(name);
        } else if (isDirectory) {
          left.push(new Open(present.state().gfid(), path));
        }
      }
      part.add(want);
      if (part.size() == PART) {
        ask(open, new Listing(open.gfid(), part, first, false), changes);
        part = new ArrayList<>();
        first = false;
      }
    }
    ask(open, new Listing(open.gfid(), part, first, true), changes);
  }

  private void ask(Open open, Listing listing, Consumer<Reply.Change> changes)
      throws IOException, InterruptedException {
    agent
        .ask(new Request.Preview(open.path(), listing), Reply.Previewed.class)
        .changes()
        .forEach(changes);
  }
}
