/**
 * Which inode of the secondary stands for which gfid of the primary. The truth is a mark in an
 * extended attribute of the inode ({@link org.georep.secondary.identity.Marks}), which travels with
 * it; the {@link org.georep.secondary.identity.Inventory} finds places by gfid and remembers what
 * was last applied, is checked against the mark whenever it is used, and is made anew from the tree
 * ({@link org.georep.secondary.identity.Rebuild}) after an unclean end.
 */
@NullMarked
package org.georep.secondary.identity;

import org.jspecify.annotations.NullMarked;
