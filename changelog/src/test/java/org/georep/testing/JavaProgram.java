package org.georep.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * How a class of the class path under test is started as a process of its own: by this Java, with
 * what Chronicle Queue needs opened, and compiled quickly rather than well.
 */
public final class JavaProgram {
  private static final List<String> OPTIONS =
      List.of(
          "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
          "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
          "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC");

  private JavaProgram() {}

  /** Returns this Java. */
  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** Returns the class path under test. */
  public static String classPath() {
    return Objects.requireNonNull(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
  }

  /** Returns the command that runs a class. */
  public static List<String> command(Class<?> main, String... arguments) {
    return command(classPath(), main, arguments);
  }

  /** Returns the command that runs a class of another class path. */
  public static List<String> command(String classPath, Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(java());
    command.addAll(OPTIONS);
    command.addAll(List.of("-cp", classPath, main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }
}
