package org.georep.secondary.failpoint;

import org.georep.posix.Failpoint;

/** Failpoints of the agent, in the order a life meets them. */
public enum AgentFailpoint implements Failpoint {
  /** It is noted that an agent runs. */
  OPEN_NOTED,
  /** A new secondary's root has its mark; the directory is nobody's yet. */
  OPEN_ROOT_MARKED,
  /** The parts are open; a new secondary has no id. */
  OPEN_WHOLE,

  /** Tree and limbo were walked for a new inventory. */
  REBUILD_WALKED,
  /** Marks the walk took away are durable. */
  REBUILD_SYNCED,
  /** The new inventory is durable beside the old. */
  REBUILD_COMMITTED,
  /** It has replaced the old, which is not synced. */
  REBUILD_RENAMED,

  /** What the request put in doubt is in doubt. */
  RECONCILE_DOUBTED,
  /** Attributes by gfid are set. */
  RECONCILE_ATTRIBUTES,
  /** Wrong occupants have left. */
  RECONCILE_DETACHED,
  /** What belongs there is there. */
  RECONCILE_ATTACHED,
  /** Directories have their attributes. */
  RECONCILE_SETTLED,

  /** A directory has lost its claim to be complete. */
  DIRECTORY_DOUBTED,
  /** A file has lost its token. */
  CONTENTS_DOUBTED,
  /** An inode of somebody else's has a mark, the inventory does not know yet. */
  ADOPTED,

  /** An inode is in the stage, without a mark. */
  ENTRY_MADE,
  /** It has mark and attributes, and no name in the tree. */
  ENTRY_MARKED,
  /** Something of the stage has its name; the inventory has the former occupant. */
  NAME_REPLACED,
  /** A further link is in the stage, to be renamed over a name. */
  LINK_STAGED,
  /** A further link has its name. */
  LINK_MADE,
  /** A directory has its new name; the inventory has both. */
  DIRECTORY_MOVED,
  /** A name is gone; the inventory has it. */
  NAME_REMOVED,
  /** What is not georep's is among the conflicts; the inventory has its name. */
  CONFLICT_MOVED,

  /** A wrong occupant has a link in limbo, and its name still. */
  LIMBO_LINKED,
  /** A directory that leaves has lost what somebody else put there, and its own directories. */
  DISCARD_EMPTIED,
  /** An item has left limbo. */
  DISCARD_LEFT,

  /** Contents have their mark in the stage. */
  PUBLISH_MARKED,
  /** They have their attributes there. */
  PUBLISH_READY,
  /** One of the file's names shows them, further ones do not. */
  PUBLISH_NAMED,
  /** All of its names show them; the inventory has what was before. */
  PUBLISH_DONE,

  /** The file system is synced. */
  BARRIER_SYNCED,
  /** A directory has lost its incomplete mark. */
  BARRIER_MARK_CLEARED,
  /** The incomplete marks of this barrier are cleared. */
  BARRIER_CLEARED,
  /** stime is durable. */
  BARRIER_STIME,
  /** Limbo has let go. */
  BARRIER_DISCARDED,
  /** There is room for the inventory, which is not written. */
  BARRIER_ROOM,
  /** The inventory is durable. */
  BARRIER_DONE,

  /** At a clean end all is durable, and still noted as running. */
  END_SYNCED,
  /** The inventory is closed, and still noted as running. */
  END_CLOSED
}
