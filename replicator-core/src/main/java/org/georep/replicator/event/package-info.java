/**
 * What happened to a session: derived from what its worker looks like, one report after the other,
 * kept in a file of bounded size, and told to whom the operator named.
 */
@NullMarked
package org.georep.replicator.event;

import org.jspecify.annotations.NullMarked;
