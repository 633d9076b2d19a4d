package org.georep.engine.pool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.georep.engine.EngineChoice;
import org.georep.engine.FileJob;
import org.georep.engine.Outcome;
import org.georep.name.EntryPath;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DataPoolTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private Pair pair(EngineChoice engine) throws Exception {
    return new Pair(sandbox.directory("primary"), sandbox.directory("secondary"), engine);
  }

  @ParameterizedTest
  @EnumSource(EngineChoice.class)
  void carriesFilesOfAnyNameAndSize(EngineChoice engine) throws Exception {
    try (Pair pair = pair(engine)) {
      List<byte[]> names =
          List.of(
              "plain".getBytes(UTF_8),
              "#hash".getBytes(UTF_8),
              ";semicolon".getBytes(UTF_8),
              "-dash".getBytes(UTF_8),
              "--files-from=x".getBytes(UTF_8),
              "new\nline".getBytes(UTF_8),
              " space ".getBytes(UTF_8),
              "[*?]\\".getBytes(UTF_8),
              "host:path".getBytes(UTF_8),
              new byte[] {(byte) 0xff, (byte) 0xfe, 'x'},
              "ü".getBytes(UTF_8),
              "l".repeat(255).getBytes(UTF_8));
      List<FileJob> jobs = new ArrayList<>();
      List<EntryPath> paths = new ArrayList<>();
      int size = 0;
      for (byte[] name : names) {
        // Names at the top are the ones that could be taken for options or comments.
        boolean top = name[0] == '#' || name[0] == ';' || name[0] == '-';
        byte[] path = top ? name : concat("dir ü/".getBytes(UTF_8), name);
        paths.add(EntryPath.parse(path));
        jobs.add(pair.file(EntryPath.parse(path), bytes(size)));
        size = size * 2 + 511;
      }
      pair.pool.submit(jobs);
      for (int i = 0; i < jobs.size(); i++) {
        assertThat(pair.heard.of(jobs.get(i)))
            .as("%s", paths.get(i))
            .isEqualTo(new Outcome.Published(jobs.get(i).size()));
        assertThat(Pair.on(pair.secondary, paths.get(i)))
            .hasSameBinaryContentAs(Pair.on(pair.primary, paths.get(i)));
      }
      String name = engine == EngineChoice.AUTO ? "stream" : engine.name().toLowerCase(Locale.ROOT);
      assertThat(pair.pool.counts().engines().get(name).files()).isEqualTo(jobs.size());
    }
  }

  static byte[] concat(byte[] a, byte[] b) {
    byte[] all = java.util.Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    return all;
  }

  static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new java.util.Random(size).nextBytes(bytes);
    return bytes;
  }
}
