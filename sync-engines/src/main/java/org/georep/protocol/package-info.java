/**
 * The wire between replicator and agent: frames, messages and the desired state they carry. Both
 * ends speak it and neither sees the other's packages. A {@link org.georep.protocol.Request} is
 * answered by exactly one {@link org.georep.protocol.Reply}; requests are pipelined, numbered, and
 * carried out by the agent in the order they were sent.
 */
@NullMarked
package org.georep.protocol;

import org.jspecify.annotations.NullMarked;
