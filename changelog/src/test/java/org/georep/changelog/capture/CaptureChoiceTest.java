package org.georep.changelog.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.georep.posix.Errno;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.testing.FaultyLibc;
import org.georep.testing.LoopImage;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class CaptureChoiceTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private CaptureChoice choose(FaultyLibc libc, CaptureWish wish) throws Exception {
    CaptureChoice choice = CaptureChoice.open(libc.libc(), sandbox.bytes(), wish);
    if (choice.source().isPresent()) {
      choice.source().get().close();
    }
    return choice;
  }

  private static FaultyLibc faulty() {
    return new FaultyLibc(NativeLibc.instance());
  }

  @Test
  void prefersFanotify() throws Exception {
    LoopImage.assumeAvailable(LoopImage.Kind.TMPFS);
    assertThat(choose(faulty(), CaptureWish.AUTO).name()).isEqualTo("fanotify");
  }

  @Test
  void fallsBackToInotifyAndSaysWhy() throws Exception {
    FaultyLibc libc = faulty();
    libc.fail(FaultyLibc.method("fanotifyInit"), Errno.EPERM);
    CaptureChoice choice = choose(libc, CaptureWish.AUTO);
    assertThat(choice.name()).isEqualTo("inotify");
    assertThat(choice.reason()).contains("needs root");
  }

  @Test
  void doesNotFallBackWhenFanotifyWasAskedFor() {
    FaultyLibc libc = faulty();
    libc.fail(FaultyLibc.method("fanotifyInit"), Errno.EPERM);
    assertThatThrownBy(() -> choose(libc, CaptureWish.FANOTIFY))
        .isInstanceOf(CaptureUnavailableException.class)
        .hasMessageContaining("--capture inotify");
  }

  @Test
  void saysNoneWhenNothingWorks() throws Exception {
    FaultyLibc libc = faulty();
    libc.fail(FaultyLibc.method("fanotifyInit"), Errno.EPERM);
    libc.fail(FaultyLibc.method("inotifyInit"), Errno.EMFILE);
    CaptureChoice choice = choose(libc, CaptureWish.AUTO);
    assertThat(choice.name()).isEqualTo("none");
    assertThat(choice.reason()).contains("max_user_instances");
  }

  @Test
  void capturesNothingWhenAskedForNothing() throws Exception {
    assertThat(choose(faulty(), CaptureWish.NONE).name()).isEqualTo("none");
  }

  @Test
  void knowsFileSystemsOthersChange() {
    assertThat(SharedFileSystem.name(Linux.FUSE_MAGIC)).contains("FUSE");
    assertThat(SharedFileSystem.name(Linux.NFS_MAGIC)).contains("NFS");
    // fstatfs(2) may give it sign-extended.
    assertThat(SharedFileSystem.name(0xFFFFFFFFFF534D42L)).contains("CIFS");
    assertThat(SharedFileSystem.name(Linux.EXT_MAGIC)).isEmpty();
  }
}
