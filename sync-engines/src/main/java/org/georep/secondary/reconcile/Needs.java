package org.georep.secondary.reconcile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.georep.name.Gfid;
import org.georep.protocol.EntryState;
import org.georep.protocol.Reply;
import org.georep.secondary.tree.Found;
import org.jspecify.annotations.Nullable;

/** The files of one request whose contents are needed, each once, as last looked at. */
final class Needs {
  private final Map<Gfid, Reply.Needed> files = new LinkedHashMap<>();

  /** Contents changed, and nothing else is known. */
  void dirty(Found copy) {
    Gfid gfid = copy.mark().orElseThrow().gfid();
    files.putIfAbsent(gfid, new Reply.Needed(gfid, Optional.empty(), copy.stat().size(), false));
  }

  /** Contents changed of a file whose first contents have yet to arrive. */
  void dirty(Gfid awaited) {
    files.putIfAbsent(awaited, new Reply.Needed(awaited, Optional.empty(), -1, false));
  }

  /** These contents are wanted; {@code copy} is what is here of it. */
  void wanted(EntryState state, @Nullable Found copy) {
    boolean same =
        copy != null
            && copy.stat().size() == state.size()
            && copy.stat().mtime().equals(state.mtime());
    long have = copy == null ? -1 : copy.stat().size();
    files.put(state.gfid(), new Reply.Needed(state.gfid(), Optional.of(state.token()), have, same));
  }

  List<Reply.Needed> all() {
    return new ArrayList<>(files.values());
  }
}
