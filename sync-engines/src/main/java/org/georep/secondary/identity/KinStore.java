package org.georep.secondary.identity;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.georep.name.Gfid;
import org.georep.protocol.Kind;
import org.georep.protocol.Relative;
import org.georep.protocol.Token;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;

/**
 * The relatives a handover brought, by their inode here; in a file, for there may be as many as
 * there are files. Nothing in it outlives the handover. For one thread.
 */
public final class KinStore implements AutoCloseable {
  private static final int COMMIT_EVERY = 20_000;
  private static final int CACHE_MEGABYTES = 32;
  private static final int OURS = 1;
  private static final int LEFT = 2;
  private static final int APPLIED = 4;
  private static final int CTIME = 8;
  private static final int UNTOUCHED = 16;
  private static final int LONGEST = 2 + 1 + Gfid.MAX_LENGTH + 12 + 8 + 12 + 12;

  private final MVStore store;
  private final MVMap<byte[], byte[]> relatives;
  private int put;

  private KinStore(MVStore store) {
    this.store = store;
    this.relatives =
        store.openMap(
            "kin",
            new MVMap.Builder<byte[], byte[]>()
                .keyType(BytesType.INSTANCE)
                .valueType(BytesType.INSTANCE)
                .singleWriter());
  }

  /**
   * Makes one in a file that is not there.
   *
   * @throws IOException if that is not possible
   */
  public static KinStore make(String file) throws IOException {
    Objects.requireNonNull(file, "file is null");
    try {
      return new KinStore(
          new MVStore.Builder()
              .fileName(file)
              .autoCommitDisabled()
              .autoCommitBufferSize(0)
              .cacheSize(CACHE_MEGABYTES)
              .open());
    } catch (MVStoreException | IllegalArgumentException e) {
      throw new IOException("what is known of the files cannot be kept: " + e.getMessage(), e);
    }
  }

  /** Notes a relative, by the inode here. */
  public void put(Relative relative) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(LONGEST);
    int flags =
        (relative.ours().isPresent() ? OURS : 0)
            | (relative.left().isPresent() ? LEFT : 0)
            | (relative.applied().isPresent() ? APPLIED : 0)
            | (relative.ctime().isPresent() ? CTIME : 0)
            | (relative.untouched() ? UNTOUCHED : 0);
    out.put((byte) flags).put((byte) relative.kind().code());
    relative.ours().ifPresent(gfid -> out.put((byte) gfid.length()).put(gfid.toBytes()));
    relative
        .left()
        .ifPresent(
            left -> {
              put(out, left.mtime());
              out.putLong(left.size());
            });
    relative.applied().ifPresent(time -> put(out, time));
    relative.ctime().ifPresent(time -> put(out, time));
    try {
      relatives.put(Keys.ofGfid(relative.theirs()), Arrays.copyOf(out.array(), out.position()));
      if (++put % COMMIT_EVERY == 0) {
        store.commit();
      }
    } catch (MVStoreException e) {
      throw new IOException("what is known of the files cannot be kept: " + e.getMessage(), e);
    }
  }

  private static void put(ByteBuffer out, Instant time) {
    out.putLong(time.getEpochSecond()).putInt(time.getNano());
  }

  /** Returns the relative of an inode here. */
  public Optional<Relative> of(Gfid theirs) {
    byte[] value = relatives.get(Keys.ofGfid(theirs));
    if (value == null) {
      return Optional.empty();
    }
    ByteBuffer in = ByteBuffer.wrap(value);
    int flags = in.get();
    Kind kind = Kind.ofCode(in.get());
    Optional<Gfid> ours = (flags & OURS) == 0 ? Optional.empty() : Optional.of(gfid(in));
    Optional<Token> left =
        (flags & LEFT) == 0 ? Optional.empty() : Optional.of(new Token(time(in), in.getLong()));
    Optional<Instant> applied = (flags & APPLIED) == 0 ? Optional.empty() : Optional.of(time(in));
    Optional<Instant> ctime = (flags & CTIME) == 0 ? Optional.empty() : Optional.of(time(in));
    boolean untouched = (flags & UNTOUCHED) != 0;
    return Optional.of(new Relative(theirs, ours, kind, left, applied, ctime, untouched));
  }

  private static Gfid gfid(ByteBuffer in) {
    byte[] bytes = new byte[in.get()];
    in.get(bytes);
    return Gfid.of(bytes);
  }

  private static Instant time(ByteBuffer in) {
    long seconds = in.getLong();
    return Instant.ofEpochSecond(seconds, in.getInt());
  }

  /** Closes it; what is in it is of no use any more. */
  @Override
  public void close() {
    store.closeImmediately();
  }
}
