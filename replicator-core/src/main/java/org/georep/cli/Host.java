package org.georep.cli;

import java.time.Clock;
import org.georep.posix.Libc;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.georep.replicator.session.ByteText;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.GivenPath;
import org.georep.replicator.session.StateDirectory;
import org.jspecify.annotations.Nullable;

/**
 * What every verb runs on.
 *
 * @param libc the kernel
 * @param clock the time
 * @param state where sessions are kept
 */
record Host(Libc libc, Clock clock, StateDirectory state) {
  /** Returns this host, with the state directory given or the default one. */
  static Host of(@Nullable String stateDirectory) throws GeorepException {
    Libc libc = NativeLibc.instance();
    StateDirectory state =
        stateDirectory == null
            ? StateDirectory.byDefault(libc.geteuid(), System.getenv())
            : StateDirectory.given(
                RawPath.toPath(GivenPath.absolute(ByteText.bytes(stateDirectory))));
    return new Host(libc, Clock.systemUTC(), state);
  }
}
