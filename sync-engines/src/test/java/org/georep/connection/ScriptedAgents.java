package org.georep.connection;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
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

  /** Makes a jar of georep's own classes, tests included. */
  static AgentJar jar(Path file) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, MAIN);
    try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file), manifest)) {
      for (String part : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
        Path path = Path.of(part);
        if (Files.isDirectory(path.resolve("org")) && !part.isEmpty()) {
          addDirectory(jar, path);
        } else if (path.getFileName().toString().startsWith("georep-")) {
          addJar(jar, path);
        }
      }
    }
    return AgentJar.of(file);
  }

  private static void addDirectory(JarOutputStream jar, Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("org"))) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        jar.putNextEntry(new JarEntry(directory.relativize(file).toString()));
        Files.copy(file, jar);
      }
    }
  }

  private static void addJar(JarOutputStream jar, Path path) throws IOException {
    try (JarFile source = new JarFile(path.toFile())) {
      for (JarEntry entry : source.stream().toList()) {
        if (entry.getName().startsWith("org/") && !entry.isDirectory()) {
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
