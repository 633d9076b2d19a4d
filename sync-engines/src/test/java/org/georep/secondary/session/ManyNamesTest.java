package org.georep.secondary.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.georep.name.Gfid;
import org.georep.posix.NativeLibc;
import org.georep.protocol.EntryState;
import org.georep.protocol.Listing;
import org.georep.protocol.Request;
import org.georep.protocol.Want;
import org.georep.testing.FaultyLibc;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A file may have tens of thousands of names: each must cost a few calls, not a few thousand. */
class ManyNamesTest {
  private static final int NAMES = 300;
  private static final int CALLS_EACH = 40;
  private static final Gfid D = Desk.gfid("D");

  @RegisterExtension final Sandbox sandbox = new Sandbox();

  @BeforeEach
  void needsRoot() {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "trusted attributes need root");
  }

  private static EntryState file(int permissions) {
    EntryState s = Desk.file("F", "contents");
    return new EntryState(
        s.gfid(),
        s.kind(),
        permissions,
        s.uid(),
        s.gid(),
        s.mtime(),
        s.ctime().plusSeconds(permissions),
        false,
        s.size(),
        false,
        NAMES,
        0,
        s.target(),
        s.xattrs());
  }

  private static Listing listing(EntryState state) {
    List<Want> wants = new ArrayList<>();
    for (int i = 0; i < NAMES; i++) {
      wants.add(Desk.present("n" + i, state));
    }
    return new Listing(D, wants, true, true);
  }

  @Test
  void costAFewCallsEach() throws Exception {
    Path root = sandbox.path().resolve("s");
    FaultyLibc counting = new FaultyLibc(NativeLibc.instance());
    Desk desk = new Desk(root, counting.libc()).open(Request.Mode.REPLICATE);
    desk.wants(Desk.at(Desk.ROOT, "d", Desk.directory("D")));
    desk.puts(D, "n0", "F", "contents");

    counting.record();
    assertThat(desk.reconcile(List.of(), List.of(listing(file(0640)))).data()).isEmpty();
    assertThat(counting.calls()).as("to be linked").hasSizeLessThan(NAMES * CALLS_EACH);
    Object inode = inode(desk.path("d/n0"));
    for (int i = 0; i < NAMES; i++) {
      assertThat(inode(desk.path("d/n" + i))).isEqualTo(inode);
    }
    assertThat(Files.getAttribute(desk.path("d/n7"), "unix:mode")).isEqualTo(0100640);

    counting.record();
    assertThat(desk.reconcile(List.of(), List.of(listing(file(0600)))).data()).isEmpty();
    assertThat(counting.calls()).as("to be looked at again").hasSizeLessThan(NAMES * CALLS_EACH);
    assertThat(Files.getAttribute(desk.path("d/n7"), "unix:mode")).isEqualTo(0100600);

    counting.record();
    desk.reconcile(List.of(), List.of(new Listing(D, List.of(), true, true)));
    assertThat(counting.calls()).as("to be removed").hasSizeLessThan(NAMES * CALLS_EACH);
    assertThat(Desk.names(desk.path("d"))).isEmpty();
    desk.end(true);
  }

  private static Object inode(Path path) throws Exception {
    return Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }
}
