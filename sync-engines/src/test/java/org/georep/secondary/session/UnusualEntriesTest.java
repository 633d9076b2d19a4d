package org.georep.secondary.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.NativeLibc;
import org.georep.protocol.EntryState;
import org.georep.protocol.Kind;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.protocol.Want;
import org.georep.protocol.Xattr;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Names, depths and kinds of entries that are rare and have to be right all the same. */
class UnusualEntriesTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  @BeforeEach
  void needsRoot() {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "owners and trusted attributes need root");
  }

  private Path fresh() {
    return sandbox.path().resolve("s");
  }

  private static Object inode(Path path) throws Exception {
    return Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  @Test
  void oddNamesOfAllBytes() throws Exception {
    Desk desk = Desk.at(fresh());
    List<Want> wants = new ArrayList<>();
    for (int b = 1; b < 256; b++) {
      if (b != '/') {
        byte[] name = {(byte) b, (byte) b, (byte) 0xff, '\n'};
        wants.add(new Want.Present(FileName.of(name), Desk.link("L" + b, "t")));
      }
    }
    byte[] longest = new byte[255];
    java.util.Arrays.fill(longest, (byte) 0xfe);
    wants.add(new Want.Present(FileName.of(longest), Desk.link("longest", "t")));
    Reply.Reconciled answer = desk.lists(Desk.ROOT, wants.toArray(new Want[0]));
    assertThat(answer.failures()).isEmpty();
    assertThat(Desk.names(fresh())).hasSize(wants.size() + 1);
    desk.again(false);
    assertThat(desk.lists(Desk.ROOT, wants.toArray(new Want[0])).failures()).isEmpty();
    assertThat(desk.conflicts()).isEmpty();
    assertThat(desk.lists(Desk.ROOT).failures()).isEmpty();
    assertThat(Desk.names(fresh())).containsExactly(".georep");
    desk.end(true);
  }

  @Test
  void deeperThanAnyPathMayBeLong() throws Exception {
    Desk desk = Desk.at(fresh());
    String name = "directory".repeat(20);
    int depth = 150; // 27,000 bytes
    Gfid above = Desk.ROOT;
    for (int i = 0; i < depth; i++) {
      assertThat(desk.wants(Desk.at(above, name, Desk.directory("D" + i))).failures()).isEmpty();
      above = Desk.gfid("D" + i);
    }
    desk.puts(above, "f", "F", "deep");
    desk.again(false);
    desk.puts(above, "g", "G", "deeper");
    assertThat(desk.wants(Desk.at(Desk.ROOT, "up", Desk.file("F", "deep"))).failures()).isEmpty();
    assertThat(Files.readString(desk.path("up"))).isEqualTo("deep");
    desk.nextBatch();
    desk.lists(Desk.ROOT);
    Reply.Synced synced = desk.barrier();
    assertThat(synced.limbo()).isZero();
    assertThat(synced.discarded()).isEqualTo(depth + 2);
    assertThat(Desk.names(fresh())).containsExactly(".georep");
    desk.end(true);
  }

  @Test
  void specialFilesAndLinksOfEveryKind() throws Exception {
    Desk desk = Desk.at(fresh());
    EntryState device =
        new EntryState(
            Desk.gfid("dev"),
            Kind.CHARACTER_DEVICE,
            0600,
            3,
            4,
            Desk.TIME,
            Desk.TIME,
            false,
            0,
            false,
            1,
            (1L << 8) | 3,
            Optional.empty(),
            List.of());
    Reply.Reconciled answer =
        desk.wants(
            Desk.at(Desk.ROOT, "fifo", Desk.state("P", Kind.FIFO, 0622, 0, null)),
            Desk.at(Desk.ROOT, "fifo2", Desk.state("P", Kind.FIFO, 0622, 0, null)),
            Desk.at(Desk.ROOT, "sock", Desk.state("S", Kind.SOCKET, 0755, 0, null)),
            Desk.at(Desk.ROOT, "link", Desk.link("L", "one")),
            Desk.at(Desk.ROOT, "dev", device));
    assertThat(answer.failures()).isEmpty();
    assertThat(inode(desk.path("fifo"))).isEqualTo(inode(desk.path("fifo2")));
    assertThat(Program.check("stat", "-c", "%F %t,%T %u:%g", desk.path("dev").toString()).strip())
        .isEqualTo("character special file 1,3 3:4");
    assertThat(Files.getLastModifiedTime(desk.path("link"), LinkOption.NOFOLLOW_LINKS))
        .isEqualTo(FileTime.from(Desk.TIME));
    assertThat(desk.wants(Desk.at(Desk.ROOT, "link", Desk.link("L", "two"))).failures()).isEmpty();
    assertThat(Files.readSymbolicLink(desk.path("link"))).hasToString("two");
    desk.end(true);
  }

  @Test
  void attributesWhoseNamesAreNoFileNames() throws Exception {
    Desk desk = Desk.at(fresh());
    List<Xattr> xattrs = new ArrayList<>();
    for (String name : List.of("trusted.a/b", "trusted./", "trusted...")) {
      xattrs.add(new Xattr(name.getBytes(UTF_8), new byte[] {1}));
    }
    EntryState state = Desk.with(Desk.directory("D"), 0, xattrs);
    desk.wants(Desk.at(Desk.ROOT, "d", state));
    desk.barrier();
    Request.Inspect inspect =
        new Request.Inspect(state.gfid(), Optional.of(state), Optional.empty(), List.of());
    assertThat(((Reply.Inspected) desk.ask(inspect)).findings()).isEmpty();
    Program.check("setfattr", "-n", "trusted.a/b", "-v", "2", desk.path("d").toString());
    assertThat(((Reply.Inspected) desk.ask(inspect)).findings()).hasSize(1);
    desk.end(true);
  }
}
