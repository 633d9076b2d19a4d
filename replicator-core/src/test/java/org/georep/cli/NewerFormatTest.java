package org.georep.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.georep.posix.Libc;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.georep.testing.RsyncOracle;
import org.georep.testing.Sandbox;
import org.h2.mvstore.MVStore;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whatever a later version has written is refused by this one, and left for that one. */
class NewerFormatTest {
  private static final String MARK = "trusted.georep.gfid";

  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private final Libc libc = NativeLibc.instance();

  private record Result(int code, String err) {}

  /** A file, what a later version would have made of it, and the verb that meets it. */
  private record Row(Path file, UnaryOperator<byte[]> later, List<String> verb) {}

  private Result georep(List<String> args) {
    StringWriter err = new StringWriter();
    List<String> all = new ArrayList<>(args);
    all.addAll(List.of("--state-dir", sandbox.path().resolve("state").toString()));
    int code =
        Georep.run(
            all.toArray(String[]::new),
            new PrintWriter(new StringWriter(), true),
            new PrintWriter(err, true),
            Ending.onRequest());
    return new Result(code, err.toString());
  }

  private static UnaryOperator<byte[]> replacing(String before, String after) {
    return bytes -> {
      String text = new String(bytes, ISO_8859_1);
      assertThat(text).contains(before);
      return text.replace(before, after).getBytes(ISO_8859_1);
    };
  }

  private static UnaryOperator<byte[]> with(String text) {
    return bytes -> text.getBytes(UTF_8);
  }

  private static UnaryOperator<byte[]> first(String line) {
    return bytes -> (line + "\n" + new String(bytes, ISO_8859_1)).getBytes(ISO_8859_1);
  }

  /** The first record of a queue, with another version and a checksum that is right. */
  private static byte[] laterRecord(byte[] queue) {
    ByteBuffer words = ByteBuffer.wrap(queue).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; ; ) {
      int word = words.getInt(at);
      int length = word & 0x3fffffff;
      if ((word & 0x40000000) == 0) {
        byte[] later = queue.clone();
        later[at + 4] = 2;
        CRC32C crc = new CRC32C();
        crc.update(later, at + 4, length - 4);
        ByteBuffer.wrap(later).putInt(at + length, (int) crc.getValue());
        return later;
      }
      at += 4 + (length + 3) / 4 * 4;
    }
  }

  private static Path found(Path directory, String suffix) throws Exception {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> file.toString().endsWith(suffix)).findFirst().orElseThrow();
    }
  }

  @Test
  @DisplayName("each file of a newer format: which, its format, what is read, what to do; exit 1")
  void refused() throws Exception {
    assumeTrue(libc.geteuid() == 0, "the mark of the root is trusted.*");
    Path primary = sandbox.directory("primary");
    Path secondary = sandbox.path().resolve("secondary");
    Files.writeString(primary.resolve("file"), "contents");
    List<String> once =
        List.of("replicate", primary.toString(), secondary.toString(), "--name", "mine", "--once");
    assertThat(georep(once).code()).isZero();
    assertThat(georep(List.of("checkpoint", "create", "mine")).code()).isZero();
    Path session = sandbox.path().resolve("state/mine");
    Path journal = sandbox.path().resolve("state/journal");
    Path stime = found(session, ".stime");
    String volume = stime.getFileName().toString().replace(".stime", "");
    Path checkpoint = found(session.resolve("checkpoints"), "");
    try (Stream<Path> set = Files.list(session.resolve("checkpoints"))) {
      checkpoint = set.findFirst().orElse(checkpoint);
    }
    List<String> failback = List.of("failback", "mine", "--once");
    List<Row> rows =
        List.of(
            new Row(session.resolve("session.yaml"), replacing("format: 1", "format: 2"), once),
            new Row(stime, replacing("\"format\":1", "\"format\":2"), once),
            new Row(session.resolve("quarantine"), with("{\"georep_quarantine\":2}\n"), once),
            new Row(checkpoint, replacing("\"format\":1", "\"format\":2"), once),
            new Row(session.resolve(volume + ".checkpoints"), with("{\"format\":2}"), once),
            new Row(session.resolve(volume + ".verify"), with("{\"format\":2}"), once),
            new Row(session.resolve(volume + ".volume"), first("format=2"), once),
            new Row(session.resolve(volume + ".witness"), first("format=2"), once),
            new Row(session.resolve("epoch"), with("format=2\nepoch=0\n"), once),
            new Row(session.resolve("promoted"), with("{\"format\":2}"), failback),
            new Row(primary.resolve(".georep/volume"), first("format=2"), once),
            new Row(journal.resolve(volume + "/head"), replacing("1Hpe", "2Hpe"), once),
            new Row(found(journal, "/begin"), replacing("generation 1", "generation 2"), once),
            new Row(found(journal, "/end"), replacing("end 1", "end 2"), once),
            new Row(found(journal, "readers/mine"), replacing("reader 1", "reader 2"), once),
            new Row(found(journal, ".cq4"), NewerFormatTest::laterRecord, once),
            new Row(secondary.resolve(".georep/id"), replacing("format=1", "format=2"), once),
            new Row(secondary.resolve(".georep/stime"), first("format=2"), once));
    for (Row row : rows) {
      byte[] ours = Files.exists(row.file()) ? Files.readAllBytes(row.file()) : new byte[0];
      byte[] later = row.later().apply(ours);
      Files.write(row.file(), later);
      assertRefused(row.file().getFileName().toString(), georep(row.verb()));
      assertThat(Files.readAllBytes(row.file())).as("%s", row.file()).isEqualTo(later);
      if (ours.length == 0) {
        Files.delete(row.file());
      } else {
        Files.write(row.file(), ours);
      }
    }
    markOfTheRoot(secondary, once);
    inventory(secondary.resolve(".georep/inventory"), once);
    Files.writeString(primary.resolve("more"), "contents");
    assertThat(georep(once)).as("as it was, it goes on").returns(0, Result::code);
    assertThat(RsyncOracle.differences(primary, secondary)).isEmpty();
  }

  private static void assertRefused(String what, Result result) {
    assertThat(result.err())
        .as(what)
        .contains("has format 2, and this version of georep reads format 1. Install the version")
        .contains("that wrote it; or ")
        .contains(what)
        .doesNotContain("damaged")
        .doesNotContain("internal error");
    assertThat(result.code()).as(what).isEqualTo(1);
  }

  private void markOfTheRoot(Path secondary, List<String> once) throws Exception {
    byte[] root = RawPath.toBytes(secondary);
    byte[] name = MARK.getBytes(UTF_8);
    byte[] ours = Objects.requireNonNull(libc.getxattr(root, name));
    byte[] later = ours.clone();
    later[0] = 2;
    libc.setxattr(root, name, later, 0);
    assertRefused("the mark of its root", georep(once));
    assertThat(libc.getxattr(root, name)).isEqualTo(later);
    libc.setxattr(root, name, ours, 0);
  }

  private void inventory(Path file, List<String> once) throws Exception {
    format(file, "2");
    byte[] later = Files.readAllBytes(file);
    assertRefused("inventory", georep(once));
    assertThat(Arrays.equals(Files.readAllBytes(file), later)).as("it is left").isTrue();
    assertThat(Files.readString(file.resolveSibling("running"))).as("all ended well").isBlank();
    format(file, "1");
  }

  private static void format(Path file, String number) {
    try (MVStore store = new MVStore.Builder().fileName(file.toString()).open()) {
      assertThat(store.<String, String>openMap("facts").put("format", number)).isNotNull();
      store.commit();
    }
  }
}
