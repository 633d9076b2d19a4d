package org.georep.replicator.monitor;

/**
 * What a new session brings to its secondary's host, with what ssh can log in by now.
 *
 * @param agent the agent, installed for good
 * @param key a key of the session's own, good for its directory only
 */
public record Pushing(boolean agent, boolean key) {}
