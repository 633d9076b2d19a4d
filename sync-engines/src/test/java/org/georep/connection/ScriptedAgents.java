package org.georep.connection;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.georep.secondary.ScriptedAgent;

/** The scripted agent as a command here, and as a jar to be brought to another host. */
final class ScriptedAgents {
  private static final String MAIN = ScriptedAgent.class.getName();

  private ScriptedAgents() {}

  static List<String> command(String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(AgentJvm.FLAGS);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN));
    command.addAll(List.of(options));
    return command;
  }

  /**
   * Makes a jar of georep's own classes, tests included. The libraries it takes from where they
   * are, as the other host is this one.
   */
  static AgentJar jar(Path file) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, MAIN);
    manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, libraries());
    Set<String> names = new HashSet<>();
    try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file), manifest)) {
      for (String part : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
        Path path = Path.of(part);
        if (Files.isDirectory(path.resolve("org")) && !part.isEmpty()) {
          addDirectory(jar, path, names);
        } else if (path.getFileName().toString().startsWith("georep-")) {
          addJar(jar, path, names);
        }
      }
    }
    return AgentJar.of(file);
  }

  private static String libraries() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(part -> part.endsWith(".jar"))
        .map(part -> Path.of(part).toUri().toString())
        .collect(Collectors.joining(" "));
  }

  private static void addDirectory(JarOutputStream jar, Path directory, Set<String> names)
      throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("org"))) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String name = directory.relativize(file).toString();
        if (names.add(name)) { // a package's description is in the tests, too
          jar.putNextEntry(new JarEntry(name));
          Files.copy(file, jar);
        }
      }
    }
  }

  private static void addJar(JarOutputStream jar, Path path, Set<String> names) throws IOException {
    try (JarFile source = new JarFile(path.toFile())) {
      for (JarEntry entry : source.stream().toList()) {
        if (entry.getName().startsWith("org/")
            && !entry.isDirectory()
            && names.add(entry.getName())) {
          jar.putNextEntry(new JarEntry(entry.getName()));
          copy(source.getInputStream(entry), jar);
        }
      }
    }
  }

  private static void copy(InputStream in, OutputStream out) throws IOException {
    try (in) {
      in.transferTo(out);
    }
  }
}
