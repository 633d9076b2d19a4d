package org.georep.engine.tarssh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.georep.posix.NativeLibc;
import org.georep.posix.Segment;
import org.georep.testing.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarWriterTest {
  @TempDir Path directory;

  private String list(ByteArrayOutputStream stream) throws Exception {
    Path file = directory.resolve("archive");
    Files.write(file, stream.toByteArray());
    return Program.run(List.of("tar", "-tvf", file.toString())).output();
  }

  @Test
  void sizesBeyondTheHeadersFieldAreUnderstood() throws Exception {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    TarWriter tar = new TarWriter(NativeLibc.instance(), stream);
    tar.beginPlain("0", 0);
    tar.endEntry();
    tar.beginPlain("1", (1L << 33) - 1);
    tar.flush();
    assertThat(list(stream)).contains(" 0 1970").contains(" 8589934591 ");
    stream.reset();
    tar = new TarWriter(NativeLibc.instance(), stream);
    tar.beginPlain("0", (1L << 43) + 5);
    tar.flush();
    assertThat(list(stream)).contains(" " + ((1L << 43) + 5) + " ");
  }

  @Test
  void entriesFillWholeBlocksAndTheArchiveWholeRecords() throws Exception {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    TarWriter tar = new TarWriter(NativeLibc.instance(), stream);
    for (int size : new int[] {0, 1, 511, 512, 513, 300_000}) {
      tar.beginPlain(Integer.toString(size), size);
      tar.zeros(size);
      tar.endEntry();
      assertThat(tar.position() % 512).isZero();
    }
    tar.beginSparse(
        "sparse", 1L << 40, List.of(new Segment(1L << 39, 3), new Segment(1L << 40, 0)));
    tar.zeros(3);
    tar.endEntry();
    tar.finish();
    assertThat(stream.size() % 10240).isZero();
    String listed = list(stream);
    assertThat(listed).doesNotContain("tar: ").contains(" " + (1L << 40) + " ");
    assertThat(listed.getBytes(UTF_8)).isNotEmpty();
  }
}
