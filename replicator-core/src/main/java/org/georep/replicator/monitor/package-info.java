/**
 * Keeps processes: one capture for each volume and one worker for each session that is started.
 *
 * <p>What is wanted stands durably in the sessions' directories, see {@link
 * org.georep.replicator.session.DesiredStateFile}; the verbs write it there, and the monitor looks
 * there twice a second. So a verb needs no monitor, a monitor needs no memory, and after a reboot,
 * or its own death, the next one goes on from what is written. Who runs is told by locks and marks
 * that die with their holders, not by what a monitor remembers: one that takes over adopts workers
 * and captures that outlived the last.
 */
@NullMarked
package org.georep.replicator.monitor;

import org.jspecify.annotations.NullMarked;
