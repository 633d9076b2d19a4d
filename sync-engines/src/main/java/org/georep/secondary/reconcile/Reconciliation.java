package org.georep.secondary.reconcile;

import java.util.Objects;
import org.georep.name.Gfid;
import org.georep.posix.Libc;
import org.georep.protocol.Keeping;
import org.georep.protocol.Request;
import org.georep.secondary.identity.Inventory;
import org.georep.secondary.identity.Marks;
import org.georep.secondary.tree.Attributes;
import org.georep.secondary.tree.Limbo;
import org.georep.secondary.tree.Origins;
import org.georep.secondary.tree.Room;
import org.georep.secondary.tree.Stage;
import org.georep.secondary.tree.Touched;
import org.georep.secondary.tree.Tree;
import org.jspecify.annotations.Nullable;

/**
 * All that decides about names and contents, over one open tree. For one thread.
 *
 * @param reconciler one step
 * @param publisher contents from the stage
 * @param comparison contents by digest
 * @param crawl what a walk finds
 * @param incomplete directories to be listed
 */
public record Reconciliation(
    Reconciler reconciler,
    Publisher publisher,
    Comparison comparison,
    Crawl crawl,
    Incomplete incomplete) {
  /** Checks its parts. */
  public Reconciliation {
    Objects.requireNonNull(reconciler, "reconciler is null");
    Objects.requireNonNull(publisher, "publisher is null");
    Objects.requireNonNull(comparison, "comparison is null");
    Objects.requireNonNull(crawl, "crawl is null");
    Objects.requireNonNull(incomplete, "incomplete is null");
  }

  /**
   * Wires it.
   *
   * @param root whether this process is root
   * @param origins where it is noted what came from where; null if deletions are not kept
   * @param keeping what stays although the primary does not have it
   */
  public static Reconciliation over(
      Libc libc,
      Tree tree,
      Inventory inventory,
      Marks marks,
      Touched touched,
      Stage stage,
      Limbo limbo,
      Room room,
      Request.Mode mode,
      boolean root,
      @Nullable Origins origins,
      Keeping keeping) {
    Attributes attributes = new Attributes(libc, touched, inventory, root);
    Gfid top = tree.directories().root().gfid();
    Awaiting awaiting = new Awaiting(gfid -> gfid.equals(top) || inventory.hasPlaces(gfid));
    Contents contents = new Contents(tree, inventory);
    Incomplete incomplete = new Incomplete(inventory, tree.directories());
    Metadata metadata = new Metadata(tree, attributes, touched, contents);
    Departures departures = new Departures(tree, limbo, origins, keeping);
    Adoption adoption = new Adoption(libc, tree, marks, incomplete, extent(mode), keeping);
    Attachment attachment =
        new Attachment(
            libc,
            tree,
            stage,
            inventory,
            attributes,
            metadata,
            departures,
            adoption,
            incomplete,
            awaiting,
            contents,
            room,
            root);
    Reconciler reconciler =
        new Reconciler(
            libc,
            tree,
            inventory,
            touched,
            contents,
            metadata,
            departures,
            adoption,
            attachment,
            incomplete,
            awaiting,
            keeping);
    Publisher publisher =
        new Publisher(
            libc, tree, stage, attributes, touched, contents, departures, awaiting, inventory);
    Comparison comparison = new Comparison(libc, tree, inventory, attributes, contents, awaiting);
    Crawl crawl =
        new Crawl(
            inventory,
            tree.directories(),
            incomplete,
            reconciler,
            contents,
            new KeptCount(libc),
            origins != null);
    return new Reconciliation(reconciler, publisher, comparison, crawl, incomplete);
  }

  private static Adoption.Extent extent(Request.Mode mode) {
    return switch (mode) {
      case ADOPT -> Adoption.Extent.EQUAL;
      case ADOPT_CHECKSUM -> Adoption.Extent.COMPARED;
      case REPLICATE, PREVIEW -> Adoption.Extent.LEAST;
    };
  }
}
