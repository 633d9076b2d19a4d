package org.georep.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class FrameTest {
  private static final List<Frame.Type> TYPES = List.of(Frame.Type.values());

  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);

  @Test
  @DisplayName("frames of every length come out as they went in, however the stream cuts them")
  void roundTrip() throws Exception {
    List<Frame> sent = new ArrayList<>();
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    FrameWriter writer = new FrameWriter(stream);
    for (int i = 0; i < 500; i++) {
      byte[] body = new byte[random.nextInt(1 << random.nextInt(18))];
      random.nextBytes(body);
      Frame frame = new Frame(TYPES.get(random.nextInt(TYPES.size())), random.nextLong(), body);
      sent.add(frame);
      writer.write(frame);
    }
    writer.flush();
    FrameReader reader = new FrameReader(new Trickle(stream.toByteArray(), random));
    for (Frame expected : sent) {
      assertThat(reader.read())
          .as("seed " + seed)
          .get()
          .usingRecursiveComparison()
          .isEqualTo(expected);
    }
    assertThat(reader.read()).isEmpty();
  }

  @Test
  @DisplayName("an end within a frame is told from an end between two")
  void cut() throws Exception {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    FrameWriter writer = new FrameWriter(stream);
    writer.write(new Frame(Frame.Type.REQUEST, 1, new byte[10]));
    writer.flush();
    byte[] whole = stream.toByteArray();
    for (int length = 1; length < whole.length; length++) {
      FrameReader reader = reader(Arrays.copyOf(whole, length));
      assertThatThrownBy(reader::read).isInstanceOf(EOFException.class);
    }
    assertThat(reader(new byte[0]).read()).isEqualTo(Optional.empty());
  }

  @Test
  @DisplayName("a frame of an unknown type or an impossible length is refused")
  void malformed() {
    byte[] unknown = new byte[Frame.HEADER];
    unknown[4] = 9;
    assertThatThrownBy(reader(unknown)::read).isInstanceOf(ProtocolException.class);
    for (byte first : new byte[] {1, 2, 0x7f, -1}) {
      byte[] huge = new byte[Frame.HEADER];
      huge[0] = first;
      huge[3] = 1;
      huge[4] = 1;
      assertThatThrownBy(reader(huge)::read).isInstanceOf(ProtocolException.class);
    }
  }

  private static FrameReader reader(byte[] bytes) {
    return new FrameReader(new ByteArrayInputStream(bytes));
  }

  /** Hands out a few bytes at a time, as a pipe may. */
  private static final class Trickle extends InputStream {
    private final ByteArrayInputStream bytes;
    private final Random random;

    Trickle(byte[] bytes, Random random) {
      this.bytes = new ByteArrayInputStream(bytes);
      this.random = random;
    }

    @Override
    public int read() throws IOException {
      return bytes.read();
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      return bytes.read(target, offset, Math.min(length, 1 + random.nextInt(5000)));
    }
  }
}
