package org.georep.secondary.examine;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.georep.name.Shown;
import org.georep.posix.Linux;
import org.georep.protocol.Aspect;
import org.georep.protocol.EntryState;
import org.georep.protocol.Trait;
import org.georep.protocol.Xattr;
import org.georep.secondary.identity.Labels;
import org.jspecify.annotations.Nullable;

/**
 * In what an inode of the secondary differs from the state it should have, as far as georep sets
 * it: what an agent that is not root cannot set, and what belongs to this machine (labels), is no
 * difference.
 */
final class Differences {
  private static final int SETUID = 04000;
  private static final int SETGID = 02000;
  private static final int LONGEST = 300;

  private final boolean root;

  /** Makes it; {@code root} is whether this process is root. */
  Differences(boolean root) {
    this.root = root;
  }

  /**
   * Returns the differences of attributes, and of a file its size.
   *
   * @param have what is here, of the same kind
   */
  List<Trait> of(EntryState want, EntryState have) {
    List<Trait> traits = new ArrayList<>();
    if (want.size() != have.size()) {
      traits.add(trait(Aspect.SIZE, want.size(), have.size()));
    }
    if (!want.mtime().equals(have.mtime())) {
      traits.add(trait(Aspect.MTIME, want.mtime(), have.mtime()));
    }
    if (!Arrays.equals(want.target().orElse(null), have.target().orElse(null))) {
      traits.add(new Trait(Aspect.TARGET, shown(want.target()), shown(have.target())));
    }
    if (want.rdev() != have.rdev()) {
      traits.add(trait(Aspect.DEVICE, number(want.rdev()), number(have.rdev())));
    }
    boolean owner = want.uid() == have.uid();
    boolean group = want.gid() == have.gid();
    if (!owner && root) {
      traits.add(trait(Aspect.OWNER, id(want.uid()), id(have.uid())));
    }
    if (!group && root) {
      traits.add(trait(Aspect.GROUP, id(want.gid()), id(have.gid())));
    }
    int mode = want.permissions() & ~(owner ? 0 : SETUID) & ~(group ? 0 : SETGID);
    int now = have.permissions() & ~(owner ? 0 : SETUID) & ~(group ? 0 : SETGID);
    if (mode != now) {
      traits.add(trait(Aspect.MODE, octal(want.permissions()), octal(have.permissions())));
    }
    if (want.flags() != have.flags() && root) {
      traits.add(trait(Aspect.FLAGS, flags(want), flags(have)));
    }
    xattrs(want.xattrs(), have.xattrs(), traits);
    return traits;
  }

  private static String flags(EntryState state) {
    return ((state.flags() & Linux.FS_IMMUTABLE_FL) != 0 ? "immutable " : "")
        + ((state.flags() & Linux.FS_APPEND_FL) != 0 ? "append-only" : "");
  }

  private void xattrs(List<Xattr> want, List<Xattr> have, List<Trait> traits) {
    Map<String, Xattr> surplus = new LinkedHashMap<>();
    have.forEach(xattr -> surplus.put(name(xattr), xattr));
    for (Xattr xattr : want) {
      @Nullable Xattr here = surplus.remove(name(xattr));
      if ((here == null || !xattr.equals(here)) && maySet(xattr)) {
        traits.add(new Trait(Aspect.XATTR, shown(xattr), here == null ? "" : shown(here)));
      }
    }
    for (Xattr xattr : surplus.values()) {
      if (maySet(xattr) && !Labels.has(name(xattr))) {
        traits.add(new Trait(Aspect.XATTR, "", shown(xattr)));
      }
    }
  }

  private boolean maySet(Xattr xattr) {
    String name = name(xattr);
    return root || (!name.startsWith("trusted.") && !name.startsWith("security."));
  }

  /** One character for one byte; any byte but NUL may be in it, also a slash. */
  private static String name(Xattr xattr) {
    return new String(xattr.name(), StandardCharsets.ISO_8859_1);
  }

  private static Trait trait(Aspect aspect, Object primary, Object secondary) {
    return new Trait(aspect, String.valueOf(primary), String.valueOf(secondary));
  }

  private static String shown(Xattr xattr) {
    return cut(Shown.of(xattr.name()) + "=" + Shown.of(xattr.value()));
  }

  private static String shown(Optional<byte[]> target) {
    return target.map(Shown::of).map(Differences::cut).orElse("");
  }

  private static String cut(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
  }

  private static String id(int id) {
    return Integer.toUnsignedString(id);
  }

  private static String octal(int mode) {
    return String.format("%04o", mode);
  }

  private static String number(long device) {
    return "0x" + Long.toHexString(device);
  }
}
