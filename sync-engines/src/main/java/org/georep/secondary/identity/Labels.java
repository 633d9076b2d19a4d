package org.georep.secondary.identity;

import java.util.Set;

/**
 * Attributes that say what this machine thinks of an inode, and that its kernel sets by itself:
 * those of SELinux, Smack, AppArmor and of the integrity measurement. One that the primary does not
 * have stays; any other attribute that it does not have goes, {@code security.capability} above
 * all.
 */
public final class Labels {
  private static final String SMACK = "security.SMACK64";
  private static final Set<String> OTHERS =
      Set.of("security.selinux", "security.apparmor", "security.ima", "security.evm");

  private Labels() {}

  /** Returns whether the attribute of this name is one. */
  public static boolean has(String name) {
    return OTHERS.contains(name) || name.startsWith(SMACK);
  }
}
