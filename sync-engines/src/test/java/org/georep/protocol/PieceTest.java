package org.georep.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PieceTest {
  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);
  private final EntryState state = file();

  private byte[] body() throws ProtocolException {
    PieceWriter pieces = new PieceWriter();
    pieces.begin(7, state, 3);
    pieces.data(1L << 40, direct("text text text text text text text text".getBytes(UTF_8)));
    pieces.copy(0, Long.MAX_VALUE);
    pieces.end(Optional.of(new byte[32]));
    pieces.begin(-1, state, 0);
    pieces.drop();
    pieces.begin(8, state, 0);
    pieces.end(Optional.empty());
    byte[] body = pieces.take();
    assertThat(pieces.length()).isZero();
    return body;
  }

  /** Contents are a file's. */
  private EntryState file() {
    RandomMessages messages = new RandomMessages(random);
    EntryState any = messages.state();
    while (!any.isFile()) {
      any = messages.state();
    }
    return any;
  }

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  private static List<Piece> read(byte[] body) throws ProtocolException {
    PieceReader in = new PieceReader(body);
    List<Piece> pieces = new ArrayList<>();
    for (Optional<Piece> next = in.next(); next.isPresent(); next = in.next()) {
      pieces.add(next.get());
    }
    return pieces;
  }

  private void check(byte[] body) throws ProtocolException {
    List<Piece> pieces = read(body);
    assertThat(pieces).as("seed %d", seed).hasSize(8);
    assertThat(pieces.get(0)).isEqualTo(new Piece.Begin(7, state, 3));
    Piece.Data data = (Piece.Data) pieces.get(1);
    assertThat(data.offset()).isEqualTo(1L << 40);
    assertThat(Arrays.copyOfRange(data.frame(), data.from(), data.from() + data.length()))
        .asString()
        .isEqualTo("text text text text text text text text");
    assertThat(pieces.get(2)).isEqualTo(new Piece.Copy(0, Long.MAX_VALUE));
    assertThat(((Piece.End) pieces.get(3)).digest().orElseThrow()).hasSize(32);
    assertThat(pieces.get(5)).isEqualTo(new Piece.Drop());
    assertThat(pieces.get(7)).isEqualTo(new Piece.End(Optional.empty()));
  }

  @Test
  void returnsWhatWasWritten() throws Exception {
    check(body());
  }

  @Test
  void returnsWhatWasPacked() throws Exception {
    assumeThat(Packing.isAvailable()).as("zstd is there").isTrue();
    byte[] packed = Packing.pack(body());
    assertThat(packed[0]).isEqualTo(Packing.PACKED);
    check(packed);
  }

  @Test
  void whatIsNoSmallerStaysAsItIs() {
    assumeThat(Packing.isAvailable()).as("zstd is there").isTrue();
    byte[] noise = new byte[5000];
    random.nextBytes(noise);
    assertThat(Packing.pack(noise)).isSameAs(noise);
  }

  @Test
  void damageIsAnErrorOfTheProtocolAndNothingElse() throws Exception {
    List<byte[]> bodies = new ArrayList<>(List.of(body()));
    if (Packing.isAvailable()) {
      bodies.add(Packing.pack(body()));
    }
    for (byte[] whole : bodies) {
      for (int i = 0; i < 20_000; i++) {
        byte[] damaged = Arrays.copyOf(whole, 1 + random.nextInt(whole.length));
        for (int j = random.nextInt(4); j > 0; j--) {
          damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
        }
        try {
          read(damaged);
        } catch (ProtocolException e) {
          assertThat(e).hasMessageNotContaining("null");
        }
      }
    }
  }

  @Test
  void packedContentsThatClaimTooMuchAreRefused() {
    byte[] bomb = ByteBuffer.allocate(20).put(Packing.PACKED).putInt(Integer.MAX_VALUE).array();
    assertThatThrownBy(() -> new PieceReader(bomb)).isInstanceOf(ProtocolException.class);
    assertThatThrownBy(() -> new PieceReader(new byte[0])).isInstanceOf(ProtocolException.class);
  }
}
