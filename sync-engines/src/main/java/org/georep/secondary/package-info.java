/**
 * The agent: a process on the secondary's host that reconciles the tree beneath its root with the
 * desired state it is sent.
 */
@NullMarked
package org.georep.secondary;

import org.jspecify.annotations.NullMarked;
