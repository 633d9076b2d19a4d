package org.georep.replicator.apply;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.georep.engine.FileJob;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.PosixException;
import org.georep.protocol.EntryState;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.replicator.plan.Filter;
import org.georep.replicator.volume.PrimaryTree;

/**
 * The entry phase of one step: every dirty name is looked at now, by its directory's identity, and
 * what is there is sent as desired state, together with the attributes of each directory concerned;
 * directories to be listed are listed and looked at name by name. Requests go out while the next
 * looks are made, and contents that an answer says are needed are handed on as soon as it is here.
 *
 * <p>Invariants: looks are sent in the order they were made, so the agent's last look at a name is
 * the latest. A directory that is gone is dropped, for its own name is dirty too; one that is
 * outside is reported as doubtful. A look that fails becomes a failure of that one name. For one
 * thread.
 */
public final class EntryPhase {
  private final PrimaryTree tree;
  private final Agent agent;
  private final Filter filter;
  private final DataPhase contents;
  private final LeftOut leftOut = new LeftOut();

  /**
   * Makes it for one connection.
   *
   * @param contents hears of each file looked at, at once
   */
  public EntryPhase(PrimaryTree tree, Agent agent, Filter filter, DataPhase contents) {
    this.tree = tree;
    this.agent = agent;
    this.filter = filter;
    this.contents = contents;
  }

  /** Where files whose contents are needed go, in the thread of the phase. */
  public interface Needs {
    /** Takes some; waits while there is no room for more. */
    void take(List<FileJob> jobs) throws InterruptedException;
  }

  /**
   * Carries out a step.
   *
   * @param needs gets each file whose contents are needed, once unless it changed between looks
   */
  public StepResult run(Step step, Needs needs) throws IOException, InterruptedException {
    EntryRun run = new EntryRun(tree, agent, filter, leftOut, contents, step, needs);
    run.looks();
    return run.result();
  }

  /**
   * What came of sending attributes again.
   *
   * @param failures what could not be looked at or set
   * @param astray names to be looked at again, of what was at none of those it is looked for by
   */
  public record Refreshed(List<Reply.Failure> failures, List<Place> astray) {}

  /**
   * Sends attributes of what publishing touched, as they are now: directories, and files overtaken.
   */
  public Refreshed refresh(long batch, Iterable<Gfid> touched)
      throws IOException, InterruptedException {
    List<EntryState> files = new ArrayList<>();
    List<EntryState> directories = new ArrayList<>();
    List<Reply.Failure> failures = new ArrayList<>();
    List<Place> astray = new ArrayList<>();
    for (Gfid gfid : touched) {
      try {
        Optional<EntryState> state = tree.look(gfid, Optional.empty());
        if (state.isPresent()) {
          (state.get().isDirectory() ? directories : files).add(state.get());
        } else {
          astray.addAll(tree.soughtAt(gfid));
        }
      } catch (PosixException e) {
        failures.add(unreadable(Optional.empty(), Optional.of(gfid), e));
      }
    }
    if (!files.isEmpty() || !directories.isEmpty()) {
      Reply.Reconciled reconciled =
          agent.ask(
              new Request.Reconcile(
                  batch, List.of(), List.of(), files, List.of(), List.of(), directories),
              Reply.Reconciled.class);
      failures.addAll(reconciled.failures());
    }
    return new Refreshed(failures, astray);
  }

  static Reply.Failure unreadable(
      Optional<Place> place, Optional<Gfid> gfid, PosixException cause) {
    String reason = String.valueOf(cause.getMessage());
    return new Reply.Failure(
        place, gfid, cause.errno(), "cannot be read on the primary: " + reason);
  }
}
