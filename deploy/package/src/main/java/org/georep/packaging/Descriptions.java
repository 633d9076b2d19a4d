package org.georep.packaging;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.georep.cli.Georep;
import picocli.CommandLine;
import picocli.codegen.docgen.manpage.ManPageGenerator;

/**
 * Writes what packages bring along to describe the verbs: the sources of manual pages (AsciiDoc,
 * one for each verb that is not hidden) and the scripts that complete verbs and options.
 */
public final class Descriptions {
  private Descriptions() {}

  /**
   * Writes them.
   *
   * @param args a directory for manual pages, and one for scripts; both are made
   */
  public static void main(String[] args) throws IOException {
    Path pages = Files.createDirectories(Path.of(args[0]));
    Path scripts = Files.createDirectories(Path.of(args[1]));
    int failed =
        ManPageGenerator.generateManPage(
            pages.toFile(), null, new boolean[0], true, Georep.verbs().getCommandSpec());
    if (failed != 0) {
      throw new IOException("the manual pages cannot be written: " + failed);
    }
    Files.writeString(scripts.resolve("georep.bash"), completion("bash"));
    Files.writeString(scripts.resolve("georep.fish"), completion("fish"));
    // zsh reads the same script as bash does.
    Files.writeString(
        scripts.resolve("_georep"),
        "#compdef georep\n" + completion("zsh"),
        StandardCharsets.UTF_8);
  }

  private static String completion(String shell) throws IOException {
    StringWriter out = new StringWriter();
    CommandLine line = Georep.verbs().setOut(new PrintWriter(out));
    if (line.execute("completion", shell) != 0) {
      throw new IOException("no completion for " + shell);
    }
    return out.toString();
  }
}
