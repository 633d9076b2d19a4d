/**
 * Where changes come from. A {@link org.georep.changelog.capture.ChangeSource} reads the kernel's
 * events for one volume and hands records to a {@link org.georep.changelog.capture.RecordSink};
 * {@code .fanotify} and {@code .inotify} are the sources, {@code CaptureChoice} takes the better
 * one, and {@code EventPump} is the loop both share. Capture starts before anything else, only
 * appends, and never waits for the network.
 */
@NullMarked
package org.georep.changelog.capture;

import org.jspecify.annotations.NullMarked;
