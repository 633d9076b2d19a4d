package org.georep.replicator.worker;

import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.georep.name.Gfid;
import org.georep.posix.NativeLibc;
import org.georep.protocol.Frame;
import org.georep.protocol.FrameReader;
import org.georep.protocol.FrameWriter;
import org.georep.protocol.Greeting;
import org.georep.protocol.MessageCodec;
import org.georep.protocol.Protocols;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.secondary.session.SecondarySession;

/**
 * An agent that does what it is asked and then tells something else: replies that are well-formed
 * and of the right type, with numbers, counts, times and identities nobody could have told.
 */
final class LyingAgent {
  private final Random random;
  private final int percent;
  private final String about;

  private LyingAgent(long seed, int percent, String about) {
    this.random = new Random(seed);
    this.percent = percent;
    this.about = about;
  }

  /** Runs it: its seed, how many of a hundred replies are lies, of which kind or {@code any}. */
  public static void main(String[] args) throws Exception {
    InputStream in = new FileInputStream(FileDescriptor.in);
    OutputStream out = new FileOutputStream(FileDescriptor.out);
    System.setOut(System.err);
    Greeting greeting;
    try {
      greeting = Greeting.parse(Greeting.readGreeting(in));
    } catch (EOFException e) {
      return;
    }
    out.write(Greeting.answer(Protocols.NEWEST, "lies"));
    out.flush();
    if (greeting instanceof Greeting.Session) {
      long seed = Long.parseLong(args[0]) + ProcessHandle.current().pid();
      new LyingAgent(seed, Integer.parseInt(args[1]), args[2]).serve(in, out);
    }
  }

  private void serve(InputStream in, OutputStream out) throws IOException {
    FrameReader reader = new FrameReader(in);
    FrameWriter writer = new FrameWriter(out);
    try (SecondarySession session =
        new SecondarySession(
            NativeLibc.instance(), Clock.systemUTC(), "lies", () -> Map.of("tar", "1.34"))) {
      for (Optional<Frame> next = reader.read(); next.isPresent(); next = reader.read()) {
        Frame frame = next.get();
        switch (frame.type()) {
          case PING -> writer.write(Frame.pong(frame.id()));
          case CONTENT -> {
            session.contents(frame.id(), frame.body());
            writer.write(Frame.credit(0, frame.length()));
          }
          case CONTENT_END -> answer(writer, frame, () -> session.publish(frame.id()));
          case REQUEST -> {
            Request request = MessageCodec.decodeRequest(frame.body());
            answer(writer, frame, () -> session.handle(request));
          }
          default -> {}
        }
        writer.flush();
      }
    }
  }

  private interface Work {
    Reply run() throws IOException;
  }

  private void answer(FrameWriter writer, Frame request, Work work) throws IOException {
    Reply reply;
    try {
      reply = work.run();
    } catch (IOException e) {
      reply = new Reply.Failed(0, "honestly: " + e.getMessage());
    }
    byte[] body = MessageCodec.encode(reply);
    boolean meant = about.equals("any") || about.equals(reply.getClass().getSimpleName());
    if (meant && random.nextInt(100) < percent) {
      try {
        body = MessageCodec.encode((Reply) distorted(reply));
      } catch (IOException | RuntimeException e) {
        // No lie that could be told.
      }
    }
    writer.write(new Frame(Frame.Type.REPLY, request.id(), body));
  }

  private Object distorted(Object value) {
    if (random.nextInt(3) == 0) {
      return value;
    } else if (value instanceof Long) {
      return List.of(Long.MIN_VALUE, -1L, 0L, 1L, 7L, Long.MAX_VALUE).get(random.nextInt(6));
    } else if (value instanceof Integer) {
      return List.of(-1, 0, 1, 1 << 20, Integer.MAX_VALUE).get(random.nextInt(5));
    } else if (value instanceof Boolean) {
      return random.nextBoolean();
    } else if (value instanceof Instant) {
      return List.of(Instant.MIN, Instant.EPOCH, Instant.MAX).get(random.nextInt(3));
    } else if (value instanceof Gfid) {
      return gfid();
    } else if (value instanceof byte[] bytes) {
      byte[] other =
          random.nextBoolean() ? bytes.clone() : Arrays.copyOf(bytes, random.nextInt(99));
      random.nextBytes(other);
      return other;
    } else if (value instanceof Optional<?> optional) {
      return random.nextBoolean() ? Optional.empty() : optional.map(this::distorted);
    } else if (value instanceof List<?> list) {
      return distorted(list);
    }
    return value instanceof Record whole ? distorted(whole) : value;
  }

  /** Too many, too few, others; where there are none, identities. */
  private List<?> distorted(List<?> list) {
    List<Object> other = new ArrayList<>();
    for (Object element : list) {
      for (int i = random.nextInt(4); i > 0; i--) {
        other.add(distorted(element));
      }
    }
    if (list.isEmpty()) {
      for (int i = random.nextInt(3); i > 0; i--) {
        other.add(gfid());
      }
    }
    return other;
  }

  private Gfid gfid() {
    byte[] bytes = new byte[1 + random.nextInt(Gfid.MAX_LENGTH)];
    random.nextBytes(bytes);
    return Gfid.of(bytes);
  }

  private Object distorted(Record whole) {
    RecordComponent[] parts = whole.getClass().getRecordComponents();
    Class<?>[] types = Arrays.stream(parts).map(RecordComponent::getType).toArray(Class[]::new);
    try {
      Object[] values = new Object[parts.length];
      for (int i = 0; i < parts.length; i++) {
        values[i] = distorted(parts[i].getAccessor().invoke(whole));
      }
      Constructor<?> constructor = whole.getClass().getDeclaredConstructor(types);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      return whole; // nobody could say that
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
