/**
 * The tree beneath the secondary's root and what is under {@code .georep} beside it: finding an
 * inode by gfid, looking at names, and the few changes there are of a name. Every path operation is
 * one name in a directory that was opened beneath the root and is held open, so nothing that is
 * renamed or linked by others meanwhile leads outside. Nothing here decides; see {@code
 * org.georep.secondary.reconcile}.
 */
@NullMarked
package org.georep.secondary.tree;

import org.jspecify.annotations.NullMarked;
