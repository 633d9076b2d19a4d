package org.georep.changelog.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Which boot of the machine this is. */
public final class BootId {
  private static final Path FILE = Path.of("/proc/sys/kernel/random/boot_id");

  private BootId() {}

  /** Returns the kernel's boot id: another one after every boot. */
  public static String current() throws IOException {
    return Files.readString(FILE).strip();
  }
}
