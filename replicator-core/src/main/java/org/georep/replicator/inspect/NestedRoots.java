package org.georep.replicator.inspect;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import org.georep.connection.SecondaryAddress;
import org.georep.posix.Libc;
import org.georep.posix.RawPath;
import org.georep.protocol.Reply;
import org.georep.replicator.session.EndsCheck;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionFile;
import org.georep.replicator.session.StateDirectory;

/**
 * Whether a session's ends lie in one another, or its secondary in another one, or another in it:
 * then each would take the other's files for too many.
 */
final class NestedRoots {
  private static final String SUBJECT = "nested";

  private final Libc libc;
  private final StateDirectory state;

  NestedRoots(Libc libc, StateDirectory state) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.state = Objects.requireNonNull(state, "state is null");
  }

  /**
   * Looks.
   *
   * @param there what the agent saw, if it could be asked
   */
  Finding examine(SessionConfiguration session, Optional<Reply.Surveyed> there) throws IOException {
    try {
      new EndsCheck(libc).check(RawPath.toBytes(session.primary()), session.secondary(), state);
    } catch (GeorepException e) {
      return Finding.error(SUBJECT, String.valueOf(e.getMessage()));
    }
    Optional<String> outer = there.flatMap(Reply.Surveyed::within);
    if (outer.isPresent()) {
      return Finding.error(
          SUBJECT,
          "the secondary "
              + session.secondary().describe()
              + " lies inside "
              + outer.get()
              + ", which is a secondary itself and removes what its primary does not have. Choose a"
              + " directory outside of it.");
    }
    for (SessionDirectory other : state.sessions()) {
      Optional<SessionConfiguration> found = read(other);
      if (found.isPresent()
          && !found.get().id().equals(session.id())
          && touch(found.get().secondary(), session.secondary())) {
        return Finding.error(
            SUBJECT,
            "the secondaries of this session and of "
                + other.name()
                + " are the same or lie in one another: "
                + session.secondary().describe()
                + ", "
                + found.get().secondary().describe()
                + ". Give one of them another directory.");
      }
    }
    return Finding.ok(SUBJECT, "no root lies in another");
  }

  private Optional<SessionConfiguration> read(SessionDirectory session) throws IOException {
    try {
      return new SessionFile(libc, session.yaml()).read();
    } catch (GeorepException e) {
      return Optional.empty(); // said of that session
    }
  }

  /** By their spelling: whether symbolic links lead there is seen by the agent. */
  static boolean touch(SecondaryAddress one, SecondaryAddress other) {
    String a = path(one);
    String b = path(other);
    return sameHost(one, other) && (a.startsWith(b) || b.startsWith(a));
  }

  private static boolean sameHost(SecondaryAddress one, SecondaryAddress other) {
    if (one instanceof SecondaryAddress.Ssh a && other instanceof SecondaryAddress.Ssh b) {
      return a.host().equals(b.host()) && a.port().equals(b.port()) && a.user().equals(b.user());
    }
    return one.getClass().equals(other.getClass());
  }

  /** With an end, so that no name is the beginning of another. */
  private static String path(SecondaryAddress address) {
    String text = new String(address.directory(), StandardCharsets.ISO_8859_1);
    return (text + "/").replaceAll("(/\\.?)+/", "/");
  }
}
