package org.georep.replicator.failover;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.georep.name.EntryPath;
import org.georep.name.Shown;
import org.georep.protocol.Reply;
import org.georep.status.report.EpochSeconds;

/** What came of a promotion, for people and for programs. */
public final class PromotionText {
  private static final int PATHS_SHOWN = 20;

  private PromotionText() {}

  /** Returns it as a JSON object; times in seconds since 1970. */
  public static ObjectNode json(Promotion.Result result, boolean dryRun) {
    Reply.Promoted reply = result.reply();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("root", Shown.of(result.root()));
    node.put("root_bytes", Base64.getEncoder().encodeToString(result.root()));
    node.put("session", result.name().text());
    node.put("promoted", reply.before() || !dryRun);
    node.put("promoted_before", reply.before());
    node.put("epoch", reply.epoch());
    if (reply.before() || !dryRun) {
      node.put("promoted_at", EpochSeconds.of(reply.at()));
    }
    if (reply.stime().isPresent()) {
      node.put("complete_up_to", EpochSeconds.of(reply.stime().get()));
    } else {
      node.putNull("complete_up_to");
    }
    node.put("agent_ended", reply.ended());
    node.put("missing_known", reply.known());
    node.put("incomplete_directories", reply.incomplete());
    node.put("outdated_files", reply.doubted());
    node.put("set_aside", reply.placeless());
    ArrayNode paths = node.putArray("paths");
    for (EntryPath path : reply.paths()) {
      paths.addObject().put("path", path.toString()).put("path_bytes", path.toBase64());
    }
    return node;
  }

  /** Returns it as lines. */
  public static List<String> lines(Promotion.Result result, boolean dryRun) {
    Reply.Promoted reply = result.reply();
    String root = Shown.of(result.root());
    List<String> lines = new ArrayList<>();
    if (reply.before()) {
      lines.add(root + " was promoted at " + reply.at() + ", epoch " + reply.epoch() + ".");
    } else if (dryRun) {
      lines.add(root + " can be promoted; nothing was changed.");
    } else {
      lines.add(root + " is promoted, epoch " + reply.epoch() + ": work in it as in any other.");
    }
    lines.add(
        reply
            .stime()
            .map(stime -> "Complete up to " + stime + "; of what came later, some may be here.")
            .orElse("It never was in step with its primary: it holds what had arrived."));
    if (reply.ended()) {
      lines.add("An agent had it open and was ended.");
    }
    if (reply.known()) {
      lines.addAll(missing(reply));
    } else if (!dryRun) {
      lines.add("What is missing is not known: its identities are lost.");
    }
    if (!dryRun || reply.before()) {
      lines.add("When the old primary is back, run here: georep failback " + result.name());
    }
    return lines;
  }

  private static List<String> missing(Reply.Promoted reply) {
    List<String> lines = new ArrayList<>();
    if (reply.incomplete() + reply.doubted() + reply.placeless() == 0) {
      lines.add(
          "Nothing is known to be missing; what the primary had in quarantine only it knows.");
      return lines;
    }
    if (reply.incomplete() > 0) {
      lines.add("Directories that may not have all their names: " + reply.incomplete());
    }
    if (reply.doubted() > 0) {
      lines.add("Files that are older than the primary's were: " + reply.doubted());
    }
    for (EntryPath path : reply.paths().subList(0, Math.min(PATHS_SHOWN, reply.paths().size()))) {
      lines.add("  " + (path.isRoot() ? "." : path));
    }
    if (reply.paths().size() > PATHS_SHOWN) {
      lines.add("  and more: see --json");
    }
    if (reply.placeless() > 0) {
      lines.add(
          "Entries that were renamed or deleted, which of both did not arrive; now in"
              + " .georep/conflicts: "
              + reply.placeless());
    }
    return lines;
  }
}
