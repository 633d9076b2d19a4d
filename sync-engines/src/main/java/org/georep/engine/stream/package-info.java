/**
 * The engine {@code stream}: contents over the agent's own connection.
 *
 * <p><b>Why not over channels of their own.</b> Channels of one ssh connection share its one TCP
 * connection, its one cipher thread on either end and so its bandwidth and its head-of-line
 * blocking; what a channel of its own adds is a window, and a process on the far side, which is a
 * virtual machine's start. On the agent's connection contents need no ticket, no second process,
 * and no second message to be published. Control goes first instead: contents are cut into frames
 * of 64 KiB, a frame of them leaves only when no request waits, and at most {@link
 * org.georep.connection.AgentClient#CREDITS} bytes are under way that the agent has not taken, so
 * that a request waits behind what the link holds and no more.
 *
 * <p><b>What travels.</b> A stream is a row of files, each with its state and contents in pieces
 * ({@link org.georep.protocol.Piece}); small ones are packed together, up to 256 of them or 4 MiB
 * in one stream. The agent's content threads write them into the stage with mark and attributes
 * while its one thread goes on with requests; the end of a stream has that one publish what is
 * whole. The reply to the stream says how each file fared. Of a file from 1 MiB on that the
 * secondary has, only what differs travels ({@link org.georep.engine.stream.Delta}): the agent puts
 * the new version together in the stage out of its copy (shared where the file system can) and what
 * is new, and publishes it when a digest of the whole agrees. Nothing of a file that changed while
 * it was read is published: it is dropped at its end.
 */
@NullMarked
package org.georep.engine.stream;

import org.jspecify.annotations.NullMarked;
