package org.georep.torture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.asm.AsmVisitorWrapper;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Type;
import net.bytebuddy.matcher.ElementMatchers;
import net.bytebuddy.pool.TypePool;
import net.bytebuddy.utility.OpenedClassReader;
import org.georep.posix.PosixException;
import org.georep.torture.inside.BrokenCalls;
import org.georep.torture.inside.ShiftedClock;

/**
 * Patches a copy of the program so that its calls to the kernel can be made to fail, and its clock
 * to be another: {@link BrokenCalls} and {@link ShiftedClock} go into its jars. Unless those are
 * told something, it does what the program does.
 */
final class Patches {
  private static final String LIBC = "org/georep/posix/NativeLibc.class";
  private static final String CLOCK_CALL = "systemUTC";
  private static final String INSIDE = "org/georep/torture/inside/";

  /** These make, wait for, or name descriptors that are on no file system. */
  private static final String[] NOT_ON_FILES = {
    "poll",
    "eventfd",
    "umask",
    "geteuid",
    "getegid",
    "fanotifyInit",
    "inotifyInit",
    "inotifyRemoveWatch",
    "dup",
    "dup2",
    "flock",
    "instance"
  };

  private final ClassFileLocator ours = ClassFileLocator.ForClassLoader.of(loader());
  private int libcs;
  private int clocks;

  private Patches() {}

  private static ClassLoader loader() {
    return Patches.class.getClassLoader();
  }

  /** Patches what lies in the program's directory of jars. */
  static void apply(Path lib) throws IOException {
    Patches patches = new Patches();
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(lib, "georep*.jar")) {
      for (Path jar : jars) {
        patches.patch(jar);
      }
    }
    if (patches.libcs != 2 || patches.clocks < 2) {
      throw new IllegalStateException(
          "the program and its agent are not as they were: "
              + patches.libcs
              + " times the libc, "
              + patches.clocks
              + " classes that ask for the clock");
    }
    Path sum = lib.resolve("georep-agent.sha256");
    Files.writeString(sum, digest(lib.resolve("georep-agent.jar")) + "\n");
  }

  private void patch(Path jar) throws IOException {
    try (FileSystem files = FileSystems.newFileSystem(jar);
        ClassFileLocator jarClasses = ClassFileLocator.ForJarFile.of(jar.toFile())) {
      Path top = files.getPath("/org/georep");
      if (!Files.exists(top)) {
        return;
      }
      ClassFileLocator classes =
          new ClassFileLocator.Compound(
              jarClasses, ours, ClassFileLocator.ForClassLoader.ofPlatformLoader());
      List<Path> all;
      try (Stream<Path> walk = Files.walk(top)) {
        all = walk.filter(file -> file.toString().endsWith(".class")).toList();
      }
      boolean changed = false;
      for (Path file : all) {
        changed |= patchClass(file, classes);
      }
      if (changed) {
        addInside(files);
      }
    }
  }

  private boolean patchClass(Path file, ClassFileLocator classes) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    if (file.endsWith(LIBC)) {
      libcs++;
      Files.write(file, patched(file.toString().substring(1), classes, calls()));
      return true;
    }
    if (new String(bytes, StandardCharsets.ISO_8859_1).contains(CLOCK_CALL)) {
      clocks++;
      Files.write(file, patched(file.toString().substring(1), classes, clock()));
      return true;
    }
    return false;
  }

  /** Writes the patched libc below a directory, to be put before a class path. */
  static void writeLibc(Path directory) throws IOException {
    Path file = directory.resolve(LIBC);
    Files.createDirectories(file.getParent());
    Files.write(file, patched(LIBC, ClassFileLocator.ForClassLoader.of(loader()), calls()));
  }

  private static AsmVisitorWrapper calls() {
    return Advice.to(Fail.class)
        .on(
            ElementMatchers.isPublic()
                .and(ElementMatchers.not(ElementMatchers.isStatic()))
                .and(ElementMatchers.not(ElementMatchers.namedOneOf(NOT_ON_FILES))));
  }

  /** A substitution of byte-buddy's own fails at records. */
  private static AsmVisitorWrapper clock() {
    return new AsmVisitorWrapper.ForDeclaredMethods()
        .invokable(
            ElementMatchers.any(),
            (type, method, visitor, context, pool, writerFlags, readerFlags) ->
                new ClockCalls(visitor));
  }

  /** Asks another clock. */
  private static final class ClockCalls extends MethodVisitor {
    ClockCalls(MethodVisitor next) {
      super(OpenedClassReader.ASM_API, next);
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      if (name.equals(CLOCK_CALL) && owner.equals(Type.getInternalName(Clock.class))) {
        super.visitMethodInsn(
            opcode, Type.getInternalName(ShiftedClock.class), "instead", descriptor, false);
      } else {
        super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
      }
    }
  }

  private static byte[] patched(String file, ClassFileLocator classes, AsmVisitorWrapper patch)
      throws IOException {
    String name = file.substring(0, file.length() - ".class".length()).replace('/', '.');
    try (DynamicType.Unloaded<?> made =
        new ByteBuddy()
            .redefine(TypePool.Default.of(classes).describe(name).resolve(), classes)
            .visit(patch)
            .make()) {
      return made.getBytes();
    }
  }

  private static void addInside(FileSystem files) throws IOException {
    Path directory = Files.createDirectories(files.getPath("/" + INSIDE));
    try {
      Path from = Path.of(loader().getResource(INSIDE).toURI());
      try (Stream<Path> classes = Files.list(from)) {
        classes.forEach(
            file -> {
              try {
                Files.write(
                    directory.resolve(file.getFileName().toString()), Files.readAllBytes(file));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
      }
    } catch (java.net.URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String digest(Path file) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Fails before the call; closing has closed. */
  static final class Fail {
    private Fail() {}

    @Advice.OnMethodEnter
    static int enter(@Advice.Origin("#m") String call, @Advice.AllArguments Object[] arguments)
        throws PosixException {
      int errno = BrokenCalls.mayFail() ? BrokenCalls.errno(call, arguments) : 0;
      if (errno != 0 && !call.equals("close")) {
        throw new PosixException(call, BrokenCalls.subject(arguments), errno);
      }
      return errno;
    }

    @Advice.OnMethodExit
    static void exit(@Advice.Origin("#m") String call, @Advice.Enter int errno)
        throws PosixException {
      if (errno != 0) {
        throw new PosixException(call, new byte[0], errno);
      }
    }
  }
}
