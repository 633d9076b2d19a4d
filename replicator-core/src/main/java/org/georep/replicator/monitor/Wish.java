package org.georep.replicator.monitor;

import java.nio.file.attribute.FileTime;
import org.georep.changelog.capture.CaptureWish;
import org.georep.replicator.session.DesiredState;
import org.georep.replicator.session.SessionConfiguration;

/**
 * What is wanted of one session.
 *
 * @param state whether it is to run
 * @param released whether a stopped one needs no capture
 * @param said when that was said: said again, it changes
 * @param configuration what it is
 */
record Wish(
    DesiredState state, boolean released, FileTime said, SessionConfiguration configuration) {
  boolean wantsWorker() {
    return state == DesiredState.STARTED;
  }

  boolean wantsCapture() {
    return configuration.settings().capture() != CaptureWish.NONE
        && state != DesiredState.CREATED
        && !(state == DesiredState.STOPPED && released);
  }
}
