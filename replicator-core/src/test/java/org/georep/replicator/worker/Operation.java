package org.georep.replicator.worker;

import java.util.List;
import org.georep.posix.Linux;

/**
 * Something done to a tree, each time in a directory of its own.
 *
 * @param name what it is called when it fails
 * @param needs what it takes
 * @param before what is there already
 * @param change what is done
 * @param meanwhile what holds on the secondary then, which the trees do not show
 * @param after what is done at last
 */
record Operation(String name, Needs needs, Step before, Step change, Step meanwhile, Step after) {
  /** What an operation takes. */
  enum Needs {
    /** Any user does it. */
    NOTHING,
    /** Root does it. */
    ROOT,
    /** Root sees it, where changes are written to a disk and so leave times. */
    ROOT_AND_DISK
  }

  private static final Step NOTHING = ground -> {};

  /** Does something. */
  @FunctionalInterface
  interface Step {
    void run(Ground ground) throws Exception;
  }

  /** By shell. */
  static Operation op(String before, String change) {
    return op(change, before, ground -> ground.sh(change));
  }

  static Operation op(String name, String before, Step change) {
    return new Operation(
        name, Needs.NOTHING, ground -> ground.sh(before), change, NOTHING, NOTHING);
  }

  static Operation op(String name, Step before, Step change) {
    return new Operation(name, Needs.NOTHING, before, change, NOTHING, NOTHING);
  }

  Operation asRoot() {
    return with(Needs.ROOT);
  }

  private Operation with(Needs other) {
    return new Operation(name, other, before, change, meanwhile, after);
  }

  /** Those that any user can do. */
  static List<Operation> ofAnyUser() {
    return ALL.stream().filter(operation -> operation.needs == Needs.NOTHING).toList();
  }

  /** Those that are seen where nothing is ever written to a disk. */
  static List<Operation> inMemory() {
    return ALL.stream().filter(operation -> operation.needs != Needs.ROOT_AND_DISK).toList();
  }

  /** With what holds until the rest is done. */
  Operation until(Step holds, Step rest) {
    return new Operation(name, needs, before, change, holds, rest);
  }

  private static final String FILE = "head -c 20000 /dev/urandom > f";
  private static final String TREE = "mkdir -p d/e/g; echo a > d/f; echo b > d/e/f; ln d/f d/e/l";

  /** All of them. */
  static final List<Operation> ALL =
      List.of(
          op("", ": > f"),
          op("", "echo new > f"),
          op("", "umask 077; echo new > f"),
          op(FILE, "echo more >> f"),
          op(FILE, "echo other > f"),
          op(FILE, "printf x | dd of=f bs=1 seek=5000 conv=notrunc status=none"),
          op(FILE, "printf x | dd of=f bs=1 seek=5000 conv=notrunc status=none; touch -r . f"),
          op(FILE, "truncate -s 3 f"),
          op(FILE, "truncate -s 900000 f"),
          op(FILE, "fallocate -l 40000 f"),
          op(FILE, "fallocate -n -l 400000 f"),
          op(FILE, "fallocate -p -o 4096 -l 8192 f"),
          op("", "truncate -s 100M f; printf x | dd of=f bs=1 seek=50M conv=notrunc status=none"),
          op(
              "append to a file held open",
              ground -> {
                ground.sh("echo a > f");
                ground.holder().tell("open", "-", ground.path("f"));
                ground.holder().tell("append", "first", ground.path("f"));
              },
              ground -> ground.holder().tell("append", "second", ground.path("f"))),
          op(
              "make a file, held open",
              ground -> {},
              ground -> {
                ground.sh(": > f");
                ground.holder().tell("append", "first", ground.path("f"));
              }),
          op(
                  "write through a mapping that stays",
                  ground -> {
                    ground.sh(FILE);
                    ground.holder().tell("map", "-", ground.path("f"));
                    ground.holder().tell("store", "first", ground.path("f"));
                    ground.holder().tell("force", "-", ground.path("f"));
                  },
                  ground -> ground.holder().tell("store", "again", ground.path("f")))
              .with(Needs.ROOT_AND_DISK),
          op(FILE, "chmod 600 f"),
          op(FILE, "chmod 6711 f"),
          op(FILE, "chmod 0 f").asRoot(),
          op("mkdir d", "chmod 1700 d"),
          op("mkdir d", "chmod 500 d"),
          op(TREE, "chmod 511 d d/e; chmod 711 d; mv d/e d/h; chmod 511 d"),
          op(FILE, "chown 12:34 f").asRoot(),
          op(FILE, "chmod 4755 f; chown 12:34 f").asRoot(),
          op(FILE, "chown 12:34 f; chmod 6755 f").asRoot(),
          op("mkdir d", "chown 12:34 d").asRoot(),
          op("ln -s t s", "chown -h 12:34 s").asRoot(),
          op(FILE, "touch -d 2001-02-03T04:05:06.123456789 f"),
          op(FILE, "touch -d 2069-02-03 f"),
          op("mkdir d", "touch -d 2001-02-03T04:05:06.987654321 d"),
          op("ln -s t s", "touch -h -d 2001-02-03 s"),
          op("mkfifo p", "touch -d 2001-02-03 p"),
          op(FILE, "setfattr -n user.a -v b f"),
          op(FILE + "; setfattr -n user.a -v b f", "setfattr -n user.a -v longer f"),
          op(FILE + "; setfattr -n user.a -v b f", "setfattr -x user.a f"),
          op("mkdir d", "setfattr -n user.a -v b d"),
          op("mkdir d; setfattr -n user.a -v b d", "setfattr -x user.a d"),
          op("ln -s t s", "setfattr -h -n trusted.a -v b s").asRoot(),
          op(FILE, "setfacl -m u:33:rw f"),
          op(FILE + "; setfacl -m u:33:rw f", "setfacl -b f"),
          op(
              FILE + "; setfacl -m u:33:rw f; mkdir d; setfacl -d -m u:33:rwx d",
              "chmod 604 f; touch f; chmod 711 d"),
          op("mkdir d", "setfacl -d -m u:33:rwx d; mkdir d/e; echo a > d/f"),
          op("mkdir d; setfacl -d -m u:33:rwx d", "setfacl -k d"),
          op(FILE, "ln f g"),
          op(FILE + "; mkdir d", "ln f d/g; rm f"),
          op(FILE + "; ln f g; ln f h", "rm g; echo more >> h"),
          op(FILE + "; ln f g", "cp f x; mv x f"),
          op("", "ln -s nowhere s"),
          op("ln -s nowhere s", "ln -sfn elsewhere s"),
          op("ln -s nowhere s", "rm s; echo a > s"),
          op("", "mkfifo -m 640 p"),
          op("make a socket", ground -> {}, ground -> ground.node("s", Linux.S_IFSOCK, 0)),
          op("", "mknod n c 1 3").asRoot(),
          op("", "mknod n b 259 70000").asRoot(),
          op("mknod n c 1 3", "rm n; mknod n c 1 5").asRoot(),
          op("", "mkdir d"),
          op("", TREE),
          op(FILE, "mv f g"),
          op(FILE + "; mkdir d", "mv f d/g"),
          op(FILE + "; echo x > g", "mv f g"),
          op(FILE + "; ln f g", "mv f h; mv h g2"),
          op(FILE, "echo more >> f; mv f g"),
          op(FILE + "; echo x > g", "mv f h; mv g f; mv h g"),
          op("ln -s t s; echo a > f", "mv s f"),
          op(TREE, "mv d x"),
          op(TREE + "; mkdir x", "mv d x/y"),
          op(TREE + "; mkdir x", "mv -T d x"),
          op(TREE, "mv d/e x; mv d x/y"),
          op(TREE + "; mkdir -p x/e", "mv d/e y; mv x/e d; mv y x/e; echo a > x/e/new"),
          op("two files exchange", FILE + "; echo x > g", ground -> ground.exchange("f", "g")),
          op(
              "two trees exchange",
              TREE + "; mkdir -p x/y; echo c > x/y/z",
              ground -> ground.exchange("d/e", "x")),
          op(
              "a file and a tree exchange",
              TREE + "; " + FILE,
              ground -> ground.exchange("f", "d/e")),
          op(FILE, "rm f"),
          op(FILE, "rm f; mkdir f"),
          op("mkdir f", "rmdir f; echo a > f"),
          op("mkdir d", "rmdir d"),
          op(TREE, "rm -r d"),
          op(TREE, "rm -r d; " + TREE),
          op("mkdir -p $OUT/d/e; echo a > $OUT/d/e/f; ln $OUT/d/e/f $OUT/d/l", "mv $OUT/d ."),
          op("mkdir -p $OUT/d/e; echo a > $OUT/d/e/f", "mv $OUT/d .; echo b >> d/e/f; mkdir d/x"),
          op("echo a > $OUT/f", "ln $OUT/f f; echo b >> f"),
          op(TREE, "mv d $OUT"),
          op(TREE, "mv d $OUT; echo out >> $OUT/d/e/f; rm $OUT/d/f; mv $OUT/d x"),
          op(FILE, "mv f $OUT; mkdir f"),
          op("mkdir m; echo under > m/f; mkdir m/d", "mount -t tmpfs tmpfs m; echo over > m/g")
              .asRoot()
              .until(
                  ground -> ground.copySh("test -e m/f; test -d m/d; ! test -e m/g"),
                  ground ->
                      ground.sh(
                          "mkdir $OUT/b; mount --bind . $OUT/b; echo b > $OUT/b/m/d/new;"
                              + " echo c >> $OUT/b/m/f; umount $OUT/b; umount m")),
          op(
                  "mkdir m; echo under > m/f; mount -t tmpfs tmpfs m; echo over > m/g",
                  "umount m; rm m/f; echo other > m/h")
              .asRoot(),
          op("mkdir m; echo under > m/f; mkdir m/d; mount -t tmpfs tmpfs m", "umount m").asRoot());
}
