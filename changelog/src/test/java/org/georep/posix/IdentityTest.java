package org.georep.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.georep.posix.RawPath.ascii;
import static org.georep.testing.FaultyLibc.method;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import org.georep.name.Gfid;
import org.georep.testing.FaultyLibc;
import org.georep.testing.LoopImage;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class IdentityTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private final Libc libc = NativeLibc.instance();

  @Test
  void ofALinkItIsItsOwn() throws PosixException {
    try (OpenDirectory dir = new OpenDirectory(libc, sandbox.path())) {
      dir.file("f", "");
      libc.symlinkat(ascii("f"), dir.descriptor(), ascii("s"));
      libc.linkat(dir.descriptor(), ascii("f"), dir.descriptor(), ascii("g"), 0);
      Identity identity = Identity.on(libc, dir.descriptor());
      Gfid file = identity.of(dir.descriptor(), ascii("f"));
      assertThat(identity.of(dir.descriptor(), ascii("s"))).isNotEqualTo(file);
      assertThat(identity.of(dir.descriptor(), ascii("g"))).isEqualTo(file);
      int link = dir.openPath("s");
      assertThat(identity.of(link)).isEqualTo(identity.of(dir.descriptor(), ascii("s")));
      libc.close(link);
      assertThatThrownBy(() -> identity.of(dir.descriptor(), ascii("none")))
          .isInstanceOf(PosixException.class)
          .hasMessageContaining("ENOENT");
    }
  }

  @Test
  void overlayfsHasInodeAndBirthTime() throws Exception {
    assumeTrue(libc.geteuid() == 0, "mounting needs root");
    for (String each : new String[] {"mount", "below"}) {
      sandbox.directory(each);
    }
    try (LoopImage image = LoopImage.mounted(LoopImage.Kind.TMPFS, sandbox.path())) {
      Path upper = image.mountPoint().resolve("upper");
      Path work = image.mountPoint().resolve("work");
      Program.check("mkdir", upper.toString(), work.toString());
      Path mount = sandbox.path().resolve("mount");
      String options =
          "lowerdir=" + sandbox.path() + "/below,upperdir=" + upper + ",workdir=" + work;
      Program.Result mounted =
          Program.run(
              java.util.List.of(
                  "mount", "-t", "overlay", "overlay", "-o", options, mount.toString()));
      assumeTrue(mounted.exitCode() == 0, "this kernel mounts no overlayfs: " + mounted.output());
      try (OpenDirectory dir = new OpenDirectory(libc, mount)) {
        assertThat(libc.fstatfs(dir.descriptor()).type()).isEqualTo(Linux.OVERLAYFS_MAGIC);
        Identity identity = Identity.on(libc, dir.descriptor());
        assertThat(identity.source()).isEqualTo(Identity.Source.INODE);
        dir.file("f", "");
        dir.file("g", "");
        Gfid gfid = identity.of(dir.descriptor(), ascii("f"));
        assertThat(gfid).isNotEqualTo(identity.of(dir.descriptor(), ascii("g")));
        libc.renameat2(dir.descriptor(), ascii("f"), dir.descriptor(), ascii("g"), 0);
        assertThat(identity.of(dir.descriptor(), ascii("g"))).isEqualTo(gfid);
        assertThat(FileHandle.of(gfid)).isEmpty();
      } finally {
        Program.check("umount", mount.toString());
      }
    }
  }

  @Test
  void aHandleTooLongIsReplacedForThatFileOnly() throws PosixException {
    FaultyLibc faulty = new FaultyLibc(libc);
    try (OpenDirectory dir = new OpenDirectory(libc, sandbox.path())) {
      dir.file("f", "");
      dir.file("g", "");
      Identity identity = Identity.on(faulty.libc(), dir.descriptor());
      faulty.fail(method("nameToHandleAt").and(FaultyLibc.path("f")), Errno.EOVERFLOW);
      assertThat(identity.source()).isEqualTo(Identity.Source.HANDLE);
      Gfid odd = identity.of(dir.descriptor(), ascii("f"));
      assertThat(odd).isEqualTo(Identity.ofInode(dir.stat("f")));
      assertThat(odd.length()).isEqualTo(Identity.INODE_LENGTH);
      assertThat(identity.of(dir.descriptor(), ascii("g")).toBytes()[0])
          .isEqualTo(FileHandle.GFID_KIND);
    }
  }

  @Test
  void anErrorIsNotTakenForAFileSystemWithoutHandles() throws PosixException {
    FaultyLibc faulty = new FaultyLibc(libc);
    try (OpenDirectory dir = new OpenDirectory(libc, sandbox.path())) {
      faulty.fail(method("nameToHandleAt"), Errno.EIO);
      assertThatThrownBy(() -> Identity.on(faulty.libc(), dir.descriptor()))
          .hasMessageContaining("EIO");
    }
  }

  @Test
  void theFormOfInodeAndBirthTime() {
    Instant born = Instant.ofEpochSecond(-3, 999_999_999);
    Stat stat =
        new Stat(0, 1, 0, 0, 0, 0x1122334455667788L, 0, 0, 0, born, born, born, 0, false, 0);
    ByteBuffer form = ByteBuffer.wrap(Identity.ofInode(stat).toBytes());
    assertThat(form.get()).isEqualTo((byte) 2);
    assertThat(form.getLong()).isEqualTo(0x1122334455667788L);
    assertThat(form.getLong()).isEqualTo(-3);
    assertThat(form.getInt()).isEqualTo(999_999_999);
    assertThat(form.hasRemaining()).isFalse();
  }
}
