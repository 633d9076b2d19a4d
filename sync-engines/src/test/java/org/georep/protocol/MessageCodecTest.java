package org.georep.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class MessageCodecTest {
  private static final long SEED = new Random().nextLong();

  private final Random random = new Random(SEED);
  private final RandomMessages messages = new RandomMessages(random);

  private static String seed() {
    return "seed " + SEED;
  }

  @Test
  @DisplayName("the generator below covers every kind of message there is")
  void coverage() {
    assertThat(messages.requests().stream().map(Object::getClass).collect(Collectors.toSet()))
        .isEqualTo(
            Arrays.stream(Request.class.getPermittedSubclasses()).collect(Collectors.toSet()));
    assertThat(messages.replies().stream().map(Object::getClass).collect(Collectors.toSet()))
        .isEqualTo(Arrays.stream(Reply.class.getPermittedSubclasses()).collect(Collectors.toSet()));
  }

  @Test
  @DisplayName("a replicator of protocol 3 hears of no doubts, which it would take for differences")
  void doubtsAreOfProtocolFour() throws Exception {
    Trait doubt = new Trait(Aspect.CONTENT, "", "");
    Finding alone = finding("alone", doubt);
    Finding beside = finding("beside", new Trait(Aspect.MODE, "600", "644"), doubt);
    Reply.Inspected all = new Reply.Inspected(List.of(alone, beside), Optional.empty());
    assertThat(MessageCodec.decodeReply(MessageCodec.encode(all, 4))).isEqualTo(all);
    assertThat(MessageCodec.decodeReply(MessageCodec.encode(all, 3)))
        .isEqualTo(
            new Reply.Inspected(
                List.of(finding("beside", new Trait(Aspect.MODE, "600", "644"))),
                Optional.empty()));
  }

  private static Finding finding(String name, Trait... traits) {
    return new Finding(Optional.of(FileName.of(name)), List.of(traits), Optional.empty(), 0);
  }

  @Test
  @DisplayName("every message comes back as it was sent")
  void roundTrip() throws Exception {
    for (int round = 0; round < 2000; round++) {
      for (Request request : messages.requests()) {
        byte[] bytes = MessageCodec.encode(request);
        Request back = MessageCodec.decodeRequest(bytes);
        assertThat(back).as(seed()).isInstanceOf(request.getClass());
        assertThat(MessageCodec.encode(back)).as(seed()).isEqualTo(bytes);
        if (round < 20) {
          assertThat(back).as(seed()).usingRecursiveComparison().isEqualTo(request);
        }
      }
      for (Reply reply : messages.replies()) {
        byte[] bytes = MessageCodec.encode(reply);
        Reply back = MessageCodec.decodeReply(bytes);
        assertThat(back).as(seed()).isInstanceOf(reply.getClass());
        assertThat(MessageCodec.encode(back)).as(seed()).isEqualTo(bytes);
        if (round < 20) {
          assertThat(back).as(seed()).usingRecursiveComparison().isEqualTo(reply);
        }
      }
    }
  }

  @Test
  @DisplayName("a message cut short anywhere, or with a byte too many, is refused")
  void truncated() throws Exception {
    for (Request request : messages.requests()) {
      byte[] bytes = MessageCodec.encode(request);
      for (int length = 0; length < bytes.length; length++) {
        byte[] part = Arrays.copyOf(bytes, length);
        assertThatThrownBy(() -> MessageCodec.decodeRequest(part))
            .as(seed())
            .isInstanceOf(ProtocolException.class);
      }
      assertThatThrownBy(() -> MessageCodec.decodeRequest(Arrays.copyOf(bytes, bytes.length + 1)))
          .as(seed())
          .isInstanceOf(ProtocolException.class);
    }
  }

  @Test
  @DisplayName("bytes altered or invented give a message or a protocol exception, nothing else")
  void fuzzed() throws Exception {
    for (int round = 0; round < 3000; round++) {
      for (Request request : messages.requests()) {
        attempt(altered(MessageCodec.encode(request)));
      }
      for (Reply reply : messages.replies()) {
        attempt(altered(MessageCodec.encode(reply)));
      }
      byte[] invented = new byte[random.nextInt(200)];
      random.nextBytes(invented);
      attempt(invented);
    }
  }

  private byte[] altered(byte[] bytes) {
    byte[] copy = bytes.clone();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      copy[random.nextInt(copy.length)] = (byte) (random.nextBoolean() ? 0xff : random.nextInt());
    }
    return copy;
  }

  private static void attempt(byte[] bytes) {
    try {
      MessageCodec.decodeRequest(bytes);
    } catch (ProtocolException expected) {
      assertThat(expected).hasMessageNotContaining("null");
    } catch (RuntimeException e) {
      throw new AssertionError(seed() + ", bytes " + Arrays.toString(bytes), e);
    }
    try {
      MessageCodec.decodeReply(bytes);
    } catch (ProtocolException expected) {
      assertThat(expected).hasMessageNotContaining("null");
    } catch (RuntimeException e) {
      throw new AssertionError(seed() + ", bytes " + Arrays.toString(bytes), e);
    }
  }

  @Test
  @DisplayName("a count or length far beyond the message is refused without allocating for it")
  void claims() {
    long before = allocated();
    for (int round = 0; round < 1000; round++) {
      ByteArrayOutputStream claim = new ByteArrayOutputStream();
      claim.write(5); // Different
      claim.writeBytes(new byte[] {-1, -1, -1, -1, 7}); // 2^31 - 1 gfids
      claim.writeBytes(new byte[100]);
      assertThatThrownBy(() -> MessageCodec.decodeReply(claim.toByteArray()))
          .isInstanceOf(ProtocolException.class)
          .hasMessage("a list claims 2147483647 elements");
    }
    assertThat(allocated() - before).isLessThan(100L << 20);
  }

  @Test
  @DisplayName("a frame full of the smallest elements takes a bounded multiple of its length")
  void amplification() {
    byte[] gfids = new byte[Frame.MAX_BODY];
    Arrays.fill(gfids, (byte) 1); // each gfid: length 1, byte 1
    gfids[0] = 5; // Different
    System.arraycopy(new byte[] {-1, -1, -1, 3}, 0, gfids, 1, 4); // as many as fit
    long before = allocated();
    assertThatThrownBy(() -> MessageCodec.decodeReply(gfids)).isInstanceOf(ProtocolException.class);
    byte[] path = new byte[Frame.MAX_BODY];
    for (int i = 0; i < path.length; i++) {
      path[i] = (byte) (i % 2 == 0 ? 'x' : '/');
    }
    path[0] = 7; // Preview
    System.arraycopy(new byte[] {-1, -1, 63}, 0, path, 1, 3); // a path of a megabyte
    assertThatThrownBy(() -> MessageCodec.decodeRequest(path))
        .isInstanceOf(ProtocolException.class);
    assertThat(allocated() - before).isLessThan(300L << 20);
  }

  private static long allocated() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  @Test
  @DisplayName("a message that no frame can hold is refused where it is made")
  void tooLarge() {
    List<Gfid> many = Collections.nCopies(400_000, Gfid.of(new byte[48]));
    assertThatThrownBy(() -> MessageCodec.encode(new Reply.Different(many)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("in parts");
  }

  @Test
  @DisplayName("names that would leave their directory do not get past the decoder")
  void hostileNames() throws Exception {
    byte[] bytes =
        MessageCodec.encode(
            new Reply.Previewed(
                List.of(new Reply.Change("create", EntryPath.parse("a/bb/c"))), List.of()));
    for (String hostile : List.of("/etc/p", "a/../b", "a//b/c", "a/./bc", "a/b\u0000/c")) {
      byte[] copy = bytes.clone();
      byte[] path = hostile.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
      System.arraycopy(path, 0, copy, bytes.length - 1 - 6, 6);
      assertThatThrownBy(() -> MessageCodec.decodeReply(copy))
          .isInstanceOf(ProtocolException.class);
    }
  }
}
