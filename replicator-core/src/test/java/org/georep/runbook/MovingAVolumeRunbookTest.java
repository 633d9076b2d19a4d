package org.georep.runbook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A primary, and a secondary, that move to a file system of their own on another host. */
@Plays("moving-a-volume.md")
final class MovingAVolumeRunbookTest {
  private static final String PAGE = "moving-a-volume.md";

  @RegisterExtension static final Stage stage = new Stage();

  private static Path primary() {
    return stage.primary().path("/data");
  }

  private static Host other() {
    return stage.host("new.example");
  }

  private static Object inode(Path path) throws Exception {
    return Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  @BeforeEach
  void begin() throws Exception {
    Files.createDirectories(primary().resolve("sub"));
    for (int i = 0; i < 20; i++) {
      Files.writeString(primary().resolve("sub/f" + i), "contents " + i);
    }
    Files.createLink(primary().resolve("link"), primary().resolve("sub/f1"));
    stage.replicate();
  }

  @Test
  void thePrimary() throws Exception {
    Path disk = stage.disk(64);
    other().place("/data", disk);
    stage.type("failover.md");
    stage.type(PAGE, "It is [failover.md]");
    other().done("systemctl start georep");
    stage.type(PAGE, "goes on from the new place");
    Path secondary = stage.secondary().path("/srv/data-copy");
    Files.writeString(disk.resolve("sub/later"), "made on the new primary");
    stage.until("it arrives", () -> Files.exists(secondary.resolve("sub/later")));
    stage.isInStep(disk, secondary);
  }

  @Test
  void theSecondary() throws Exception {
    Path disk = stage.disk(64);
    other().place("/srv/data-copy", disk);
    stage.isInStep();
    stage.type(PAGE, "copy what is there");
    Object inode = inode(disk.resolve("sub/f7"));
    Files.writeString(primary().resolve("meanwhile"), "changed while it was copied");
    stage.type(PAGE, "Then take it over");
    stage.until("it arrives", () -> Files.exists(disk.resolve("meanwhile")));
    stage.isInStep(primary(), disk);
    assertThat(inode(disk.resolve("sub/f7"))).as("not sent").isEqualTo(inode);
  }
}
