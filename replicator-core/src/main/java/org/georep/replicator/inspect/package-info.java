/**
 * Looking at what is there, for people who ask: status of sessions, the journal's records, whether
 * this host has what georep needs. Changes nothing.
 */
@NullMarked
package org.georep.replicator.inspect;

import org.jspecify.annotations.NullMarked;
