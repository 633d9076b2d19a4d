package org.georep.bench.inner;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.georep.protocol.EntryState;
import org.georep.protocol.Frame;
import org.georep.protocol.FrameReader;
import org.georep.protocol.FrameWriter;
import org.georep.protocol.MessageCodec;
import org.georep.protocol.Packing;
import org.georep.protocol.Piece;
import org.georep.protocol.PieceReader;
import org.georep.protocol.PieceWriter;
import org.georep.protocol.Request;
import org.georep.protocol.Want;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** What goes over the wire: requests, frames, and the contents of small files. */
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // set up by JMH
public class WireBenchmark {
  private static final int WANTS = 1_000;
  private static final int FRAMES = 1_000;
  private static final int FILES = 100;
  private static final int SMALL = 2_048;
  private static final int TEXT = 256 << 10;
  private static final int WORDS = 500;

  private Request request;
  private byte[] encoded;
  private Frame frame;
  private byte[] framed;
  private byte[] random;
  private byte[] text;
  private byte[] pieces;
  private List<EntryState> states;

  /** Makes the messages. */
  @Setup(Level.Trial)
  public void make() throws IOException {
    List<Want.At> wants = new ArrayList<>();
    states = new ArrayList<>();
    for (int i = 0; i < WANTS; i++) {
      states.add(Samples.state(i));
      Want want = new Want.Present(Samples.place(i).name(), states.get(i));
      wants.add(new Want.At(Samples.place(i).directory(), want));
    }
    request =
        new Request.Reconcile(1, List.of(), List.of(), List.of(), wants, List.of(), List.of());
    encoded = MessageCodec.encode(request);
    Random source = new Random(1);
    random = new byte[SMALL];
    source.nextBytes(random);
    frame = new Frame(Frame.Type.CONTENT, 1, random);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    frames(out);
    framed = out.toByteArray();
    pieces = writtenPieces();
    StringBuilder words = new StringBuilder();
    while (words.length() < TEXT) {
      words.append("word").append(source.nextInt(WORDS)).append(' ');
    }
    text = words.substring(0, TEXT).getBytes(StandardCharsets.US_ASCII);
  }

  /** Encodes one desired name, of 1,000 in a request. */
  @Benchmark
  @OperationsPerInvocation(WANTS)
  public byte[] encodeWant() throws IOException {
    return MessageCodec.encode(request);
  }

  /** Decodes one desired name, of 1,000 in a request. */
  @Benchmark
  @OperationsPerInvocation(WANTS)
  public Request decodeWant() throws IOException {
    return MessageCodec.decodeRequest(encoded);
  }

  /** Writes a frame of 2 KiB into memory. */
  @Benchmark
  @OperationsPerInvocation(FRAMES)
  public int writeFrame() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(framed.length);
    frames(out);
    return out.size();
  }

  private void frames(ByteArrayOutputStream out) throws IOException {
    FrameWriter writer = new FrameWriter(out);
    for (int i = 0; i < FRAMES; i++) {
      writer.write(frame);
    }
    writer.flush();
  }

  /** Reads a frame of 2 KiB from memory. */
  @Benchmark
  @OperationsPerInvocation(FRAMES)
  public void readFrame(Blackhole hole) throws IOException {
    FrameReader reader = new FrameReader(new ByteArrayInputStream(framed));
    for (int i = 0; i < FRAMES; i++) {
      hole.consume(reader.read().orElseThrow());
    }
  }

  /** Puts a file of 2 KiB into a body, with 100 of them in it. */
  @Benchmark
  @OperationsPerInvocation(FILES)
  public byte[] writeFile() throws IOException {
    return writtenPieces();
  }

  private byte[] writtenPieces() throws IOException {
    PieceWriter writer = new PieceWriter();
    for (int i = 0; i < FILES; i++) {
      writer.begin(1, states.get(i), 0);
      writer.data(0, ByteBuffer.wrap(random));
      writer.end(Optional.empty());
    }
    return writer.take();
  }

  /** Takes a file of 2 KiB out of a body, with 100 of them in it. */
  @Benchmark
  @OperationsPerInvocation(FILES)
  public void readFile(Blackhole hole) throws IOException {
    PieceReader reader = new PieceReader(pieces);
    for (Optional<Piece> piece = reader.next(); piece.isPresent(); piece = reader.next()) {
      hole.consume(piece.get());
    }
  }

  /** Packs 256 KiB of text. */
  @Benchmark
  public byte[] packText() {
    return Packing.pack(text);
  }
}
