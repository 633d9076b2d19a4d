package org.georep.replicator.inspect;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.georep.changelog.record.ChangeRecord;
import org.georep.changelog.record.JournalRecord;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.status.report.EpochSeconds;

/** A journal's record as programs read it, and as a line for people. */
public final class RecordJson {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private RecordJson() {}

  /** Returns it as JSON. */
  public static ObjectNode of(JournalRecord record) {
    ObjectNode node = NODES.objectNode();
    node.put("sequence", record.sequence());
    node.put("time", EpochSeconds.of(record.time()));
    ChangeRecord change = record.change();
    if (change instanceof ChangeRecord.Entry entry) {
      node.put("class", "E").put("kind", "entry");
      place(node, "", entry.place());
      gfid(node, entry.gfid());
    } else if (change instanceof ChangeRecord.Rename rename) {
      node.put("class", "E").put("kind", "rename");
      place(node, "from_", rename.from());
      place(node, "to_", rename.to());
      gfid(node, rename.gfid());
    } else if (change instanceof ChangeRecord.Metadata metadata) {
      node.put("class", "M").put("kind", "metadata");
      gfid(node, Optional.of(metadata.gfid()));
      metadata.place().ifPresent(place -> place(node, "", place));
    } else if (change instanceof ChangeRecord.Data data) {
      node.put("class", "D").put("kind", "data");
      gfid(node, Optional.of(data.gfid()));
      data.place().ifPresent(place -> place(node, "", place));
    } else {
      mark(node.putNull("class"), change);
    }
    return node;
  }

  private static void mark(ObjectNode node, ChangeRecord change) {
    if (change instanceof ChangeRecord.Outside outside) {
      node.put("kind", "outside").put("directory", outside.directory().toString());
    } else if (change instanceof ChangeRecord.Subtree subtree) {
      place(node.put("kind", "subtree"), "", subtree.place());
    } else if (change instanceof ChangeRecord.Started started) {
      node.put("kind", "started")
          .put("source", started.source())
          .put("boot_id", started.bootId())
          .put("capture", started.capture().toString())
          .put("coverage", started.coverage());
    } else if (change instanceof ChangeRecord.Stopped) {
      node.put("kind", "stopped");
    } else if (change instanceof ChangeRecord.Gap gap) {
      node.put("kind", "gap").put("reason", gap.reason());
    } else if (change instanceof ChangeRecord.Drained drained) {
      node.put("kind", "drained").put("up_to", EpochSeconds.of(drained.upTo()));
    }
  }

  private static void gfid(ObjectNode node, Optional<Gfid> gfid) {
    node.put("gfid", gfid.map(Gfid::toString).orElse(null));
  }

  private static void place(ObjectNode node, String prefix, Place place) {
    node.put(prefix + "directory", place.directory().toString());
    node.put(prefix + "name", place.name().toString());
    node.put(prefix + "name_bytes", place.name().toBase64());
  }

  /** Returns it as a line: number, time (UTC), kind, what it is about. */
  public static String line(JournalRecord record) {
    StringBuilder line =
        new StringBuilder().append(record.sequence()).append(' ').append(record.time());
    ObjectNode node = of(record);
    line.append(' ').append(node.path("kind").asText());
    node.properties()
        .forEach(
            field -> {
              boolean shown =
                  !field.getValue().isNull()
                      && !field.getKey().endsWith("name_bytes")
                      && !java.util.Set.of("sequence", "time", "class", "kind")
                          .contains(field.getKey());
              if (shown) {
                line.append(' ').append(field.getKey()).append('=');
                line.append(field.getValue().asText());
              }
            });
    return line.toString();
  }
}
