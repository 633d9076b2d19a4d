package org.georep.secondary.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.secondary.identity.Inventory;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Items beyond those that memory holds, in a real inventory. */
final class LimboTest {
  private static final int IN_MEMORY = 2;

  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private final Libc libc = NativeLibc.instance();
  private Path directory;
  private Inventory inventory;

  @BeforeEach
  void make() throws Exception {
    directory = sandbox.directory("limbo");
    inventory = Inventory.open(sandbox.path().resolve("inventory").toString());
  }

  private Limbo open() throws Exception {
    int control = descriptor(sandbox.path());
    return new Limbo(
        libc,
        descriptor(directory),
        new Origins(libc, control, inventory.limboOrigins()),
        inventory.limboItems(),
        () -> {},
        IN_MEMORY);
  }

  private int descriptor(Path path) throws Exception {
    byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
    return libc.openat(Linux.AT_FDCWD, bytes, Linux.O_PATH | Linux.O_DIRECTORY, 0);
  }

  private FileName enter(Limbo limbo, int number, long batch) throws Exception {
    FileName item = limbo.nameFor(Gfid.of(new byte[] {(byte) number}));
    limbo.entered(item, batch);
    Files.createFile(directory.resolve(item.toString()));
    return item;
  }

  private void leave(Limbo limbo, FileName item) throws Exception {
    Files.delete(directory.resolve(item.toString()));
    limbo.left(item);
  }

  private void startAgain() throws Exception {
    inventory.commit(Instant.EPOCH);
    inventory.close();
    make();
  }

  private static List<FileName> list(Iterable<FileName> items) {
    List<FileName> all = new ArrayList<>();
    items.forEach(all::add);
    return all;
  }

  @Test
  void goesByBatchWhereverAnItemIsKnown() throws Exception {
    Limbo limbo = open();
    List<FileName> items = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      items.add(enter(limbo, i, 6 - i));
    }
    assertThat(limbo.size()).isEqualTo(6);
    assertThat(inventory.limboItems().size()).isEqualTo(4);
    assertThat(list(limbo.upTo(3))).containsExactly(items.get(5), items.get(4), items.get(3));
    assertThat(list(limbo.all())).containsExactlyInAnyOrderElementsOf(items);

    limbo.entered(items.get(5), 9);
    limbo.entered(items.get(4), 1); // an earlier batch changes nothing
    assertThat(list(limbo.upTo(3))).containsExactly(items.get(4), items.get(3));
    assertThat(limbo.batch(items.get(5))).isEqualTo(9);
    assertThat(limbo.nameFor(Gfid.of(new byte[] {5}))).isNotEqualTo(items.get(5));

    for (FileName item : limbo.upTo(3)) {
      limbo.left(item);
    }
    assertThat(list(limbo.upTo(3))).isEmpty();
    assertThat(limbo.contains(items.get(4))).isFalse();
    assertThat(limbo.size()).isEqualTo(4);
  }

  @Test
  void aStartFindsWhatIsThereAndNothingElse() throws Exception {
    Limbo limbo = open();
    List<FileName> items = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      items.add(enter(limbo, i, 7));
    }
    leave(limbo, items.get(5));
    startAgain();
    limbo = open();
    assertThat(list(limbo.upTo(0))).containsExactlyInAnyOrderElementsOf(items.subList(0, 5));
    assertThat(limbo.size()).isEqualTo(5);

    // A batch of this run is none of the last one's, whatever its number.
    FileName later = enter(limbo, 6, 1);
    assertThat(list(limbo.upTo(0))).doesNotContain(later);
    limbo.entered(items.get(4), 1);
    assertThat(limbo.batch(items.get(4))).isEqualTo(1);
    assertThat(list(limbo.upTo(0))).hasSize(4);

    startAgain();
    Files.delete(directory.resolve(items.get(3).toString()));
    Files.delete(directory.resolve(items.get(4).toString()));
    Files.createFile(directory.resolve("somebody's"));
    limbo = open();
    assertThat(list(limbo.all()))
        .containsExactlyInAnyOrder(
            items.get(0), items.get(1), items.get(2), later, FileName.of("somebody's"));
    assertThat(limbo.size()).isEqualTo(5);
  }
}
