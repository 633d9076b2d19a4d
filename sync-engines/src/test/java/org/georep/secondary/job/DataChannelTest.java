package org.georep.secondary.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.georep.protocol.Greeting;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataChannelTest {
  private static final String TICKET = "0123456789abcdef0123456789abcdef";

  @TempDir Path root;
  private Path stage;

  @BeforeEach
  void makeStage() throws Exception {
    stage = root.resolve(".georep/stage");
    Files.createDirectories(stage.resolve("tickets"));
    Files.createDirectories(stage.resolve("jobs/7"));
  }

  private void ticket(String content) throws Exception {
    Files.writeString(stage.resolve("tickets").resolve(TICKET), content);
  }

  /** Where a check is missing nothing is started: the program would read this process's input. */
  private static AbstractThrowableAssert<?, ? extends Throwable> refusal(ThrowingCallable use) {
    return assertThatThrownBy(use);
  }

  @Test
  void ticketIsGoodOnce() throws Exception {
    ticket("7 tarssh\n");
    try (Ticket used = Ticket.use(root, TICKET)) {
      assertThat(Files.isSameFile(used.place(), stage.resolve("jobs/7"))).isTrue();
      assertThat(used.engine()).isEqualTo("tarssh");
      // Whoever may change names in the root swaps the whole of it.
      Files.move(root.resolve(".georep"), root.resolve("aside"));
      Files.createDirectories(stage.resolve("jobs/7"));
      assertThat(Files.isSameFile(used.place(), root.resolve("aside/stage/jobs/7"))).isTrue();
    }
    Files.createDirectories(stage.resolve("tickets"));
    refusal(() -> Ticket.use(root, TICKET)).hasMessageContaining("unknown or used already");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../tarssh\n",
        "7/../.. tarssh\n",
        "7 sh\n",
        "7 tarssh",
        "7 tarssh\nmore\n",
        "-1 tarssh\n",
        "",
        "77777777777777777777777777777777777777777777777777777777777777777777 tarssh\n",
        "8 tarssh\n"
      })
  void oddTicketsAreRefused(String content) throws Exception {
    ticket(content);
    refusal(() -> Ticket.use(root, TICKET)).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0123456789ABCDEF0123456789ABCDEF",
        "../../../../../../etc/passwd",
        "",
        "0123456789abcdef0123456789abcde\n"
      })
  void malformedTicketNamesAreRefused(String name) {
    assertThatThrownBy(() -> Ticket.use(root, name)).hasMessageContaining("malformed");
  }

  @Test
  void symbolicLinksAreNotFollowed() throws Exception {
    Path elsewhere = Files.writeString(root.resolve("elsewhere"), "7 tarssh\n");
    Files.createSymbolicLink(stage.resolve("tickets").resolve(TICKET), elsewhere);
    refusal(() -> Ticket.use(root, TICKET)).isInstanceOf(IOException.class);
    Files.delete(stage.resolve("tickets").resolve(TICKET));
    ticket("9 tarssh\n");
    Files.createSymbolicLink(stage.resolve("jobs/9"), root);
    refusal(() -> Ticket.use(root, TICKET)).hasMessageContaining("stage is not there");
    for (String name : new String[] {".georep/stage/tickets", ".georep/stage", ".georep"}) {
      Files.move(root.resolve(name), root.resolve("aside"));
      Files.createSymbolicLink(root.resolve(name), root.resolve("aside"));
      ticket("7 tarssh\n");
      refusal(() -> Ticket.use(root, TICKET)).hasMessageContaining("stage is not there");
      Files.delete(root.resolve(name));
      Files.move(root.resolve("aside"), root.resolve(name));
    }
  }

  @Test
  void anotherUsersStageIsNotUsed() throws Exception {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "only root gives files away");
    ticket("7 tarssh\n");
    Files.setAttribute(root.resolve(".georep"), "unix:uid", 65534);
    refusal(() -> Ticket.use(root, TICKET)).hasMessageContaining("another user's");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rsync 300 plain .L --sender",
        "rsync 300 plain .L/etc",
        "rsync 300 inplace .L",
        "rsync 0 plain .L",
        "rsync 300 plain aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "rsync --server --sender . /",
        "rsync 300 plain .L\nx",
        ""
      })
  void linesForRsyncAreTakenLiterally(String line) {
    refusal(() -> FarProgram.rsync(line, "/root")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusalIsSaidAndUsesTheTicketUp() throws Exception {
    ticket("7 rsync\n");
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    DataChannel channel =
        new DataChannel(
            new ByteArrayInputStream("rsync --server --sender . /\n".getBytes(UTF_8)),
            new PrintStream(errors, true, UTF_8));
    int code = channel.serve(new Greeting.Data(RawPath.toBytes(root), TICKET));
    assertThat(code).isEqualTo(DataChannel.REFUSED);
    assertThat(errors.toString(UTF_8)).contains("data channel refused");
    assertThat(stage.resolve("tickets").resolve(TICKET)).doesNotExist();
  }

  @Test
  void abilitiesCanMeanNothingElse() {
    assertThat(FarProgram.rsync("rsync 300 sparse .LsfxCIvu", "/root"))
        .startsWith("rsync", "--server", "-tIRSe.LsfxCIvu")
        .endsWith("--copy-dest", "/root", "--no-implied-dirs", ".", ".");
    assertThat(FarProgram.rsync("rsync 300 plain ", "/root")).contains("-tIR");
  }
}
