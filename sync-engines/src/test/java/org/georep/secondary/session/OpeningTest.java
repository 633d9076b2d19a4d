package org.georep.secondary.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.georep.name.VolumeId;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.secondary.durability.SecondaryId;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class OpeningTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private Path fresh() {
    return sandbox.path().resolve("s");
  }

  private static Reply.Refused refused(Reply reply) {
    assertThat(reply).isInstanceOf(Reply.Refused.class);
    return (Reply.Refused) reply;
  }

  @Test
  void aMissingDirectoryIsMadeAndFreshOnce() throws Exception {
    Desk desk = new Desk(fresh());
    assertThat(((Reply.Welcome) desk.hello(Request.Mode.REPLICATE)).fresh()).isTrue();
    assertThat(Desk.names(fresh())).containsExactly(".georep");
    desk.end(true);
    assertThat(Files.readString(fresh().resolve(".georep/running"))).isBlank();

    Desk later = new Desk(fresh());
    Reply.Welcome welcome = (Reply.Welcome) later.hello(Request.Mode.REPLICATE);
    assertThat(welcome.fresh()).isFalse();
    assertThat(welcome.stime()).isEmpty();
    assertThat(welcome.programs()).containsEntry("tar", "1.34");
    later.end(true);
  }

  @Test
  void aDirectoryWhoseParentIsMissingIsUnusable() throws Exception {
    Reply.Refused refused =
        refused(new Desk(fresh().resolve("below")).hello(Request.Mode.REPLICATE));
    assertThat(refused.reason()).isEqualTo(Reply.Refusal.UNUSABLE);
    assertThat(Desk.exists(fresh())).isFalse();
  }

  @Test
  void aDirectoryWithDataIsNotTakenByMistake() throws Exception {
    Files.createDirectory(fresh());
    for (String name : new String[] {"one", "two", "three", "four"}) {
      Files.writeString(fresh().resolve(name), name);
    }
    Reply.Refused refused = refused(new Desk(fresh()).hello(Request.Mode.REPLICATE));
    assertThat(refused.reason()).isEqualTo(Reply.Refusal.NOT_EMPTY);
    assertThat(refused.sentence()).contains("4 entries", "four, one, three, ...", "--adopt");
    assertThat(Desk.names(fresh())).containsExactly("four", "one", "three", "two");

    Desk adopting = new Desk(fresh());
    Reply reply = adopting.hello(Request.Mode.ADOPT);
    assertThat(((Reply.Welcome) reply).fresh()).isTrue();
    assertThat(Desk.names(fresh())).containsExactly(".georep", "four", "one", "three", "two");
    adopting.end(true);
  }

  @Test
  void lostAndFoundIsNoData() throws Exception {
    Files.createDirectories(fresh().resolve("lost+found"));
    Desk desk = Desk.at(fresh());
    assertThat(desk.lists(Desk.ROOT).failures()).isEmpty();
    assertThat(Desk.names(fresh())).containsExactly(".georep", "lost+found");
    desk.end(true);
  }

  @Test
  void aFileIsNoSecondary() throws Exception {
    Files.writeString(fresh(), "x");
    assertThat(refused(new Desk(fresh()).hello(Request.Mode.REPLICATE)).reason())
        .isEqualTo(Reply.Refusal.UNUSABLE);
  }

  @Test
  void anotherSessionsSecondaryIsRefused() throws Exception {
    Desk.at(fresh()).end(true);
    Reply.Refused refused = refused(new Desk(fresh()).hello(Request.Mode.ADOPT, new UUID(9, 9)));
    assertThat(refused.reason()).isEqualTo(Reply.Refusal.OTHER_SESSION);
    assertThat(refused.sentence()).contains("another session", ".georep");
  }

  @Test
  void aPromotedSecondaryIsRefused() throws Exception {
    Desk.at(fresh()).end(true);
    SecondaryId promoted =
        new SecondaryId(
            Desk.SESSION, new VolumeId(Desk.SESSION), Desk.ROOT, 1, Optional.of(Desk.TIME));
    Files.write(fresh().resolve(".georep/id"), promoted.toBytes());
    assertThat(refused(new Desk(fresh()).hello(Request.Mode.REPLICATE)).reason())
        .isEqualTo(Reply.Refusal.PROMOTED);
  }

  @Test
  void oneAgentAtATime() throws Exception {
    Desk first = Desk.at(fresh());
    assertThat(refused(new Desk(fresh()).hello(Request.Mode.REPLICATE)).reason())
        .isEqualTo(Reply.Refusal.LOCKED);
    first.end(true);
    Desk.at(fresh()).end(true);
  }

  @Test
  void anIdOfALaterFormatIsSaidAndNotOverwritten() throws Exception {
    Desk.at(fresh()).end(true);
    Files.writeString(fresh().resolve(".georep/id"), "format=99\n");
    Reply.Refused refused = refused(new Desk(fresh()).hello(Request.Mode.REPLICATE));
    assertThat(refused.reason()).isEqualTo(Reply.Refusal.NEWER_FORMAT);
    assertThat(refused.sentence()).contains("format 99");
    assertThat(Files.readString(fresh().resolve(".georep/id"))).isEqualTo("format=99\n");
  }

  @Test
  void aDamagedInventoryIsMadeAgain() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.puts(Desk.ROOT, "a", "A", "text");
    desk.end(true);
    Files.writeString(fresh().resolve(".georep/inventory"), "rubbish");
    Desk later = Desk.at(fresh());
    assertThat(later.wants(Desk.at(Desk.ROOT, "b", Desk.file("A", "text"))).data()).isEmpty();
    assertThat(Files.readString(fresh().resolve("b"))).isEqualTo("text");
    later.end(true);
  }

  @Test
  void aCopyOfASecondaryIsNotBelieved() throws Exception {
    Desk desk = Desk.at(fresh());
    desk.puts(Desk.ROOT, "a", "A", "text");
    desk.barrier();
    desk.end(true);
    Path copy = sandbox.path().resolve("copy");
    org.georep.testing.Program.check("cp", "-a", fresh().toString(), copy.toString());
    Desk there = new Desk(copy);
    assertThat(((Reply.Welcome) there.hello(Request.Mode.REPLICATE)).fresh()).isTrue();
    assertThat(there.wants(Desk.at(Desk.ROOT, "a", Desk.file("A", "text"))).data()).hasSize(1);
    assertThat(there.conflicts()).containsExactly("a");
    there.end(true);
  }
}
