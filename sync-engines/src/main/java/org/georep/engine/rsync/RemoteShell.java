package org.georep.engine.rsync;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.georep.protocol.Greeting;

/**
 * The small shell program rsync is told to take for ssh. It starts the link's own command, sends it
 * the data channel's first lines, then relays. What rsync wants run on the far side is not passed
 * on: only the letters by which it says what it can do, which the far side checks.
 */
final class RemoteShell {
  /** Its name, in the directory rsync is started in. */
  static final String NAME = "remote";

  private RemoteShell() {}

  /**
   * Writes the program.
   *
   * @param command the link's
   * @param seconds the timeout both ends of rsync are given
   */
  static void write(
      Path directory, List<String> command, Greeting.Data greeting, int seconds, boolean sparse)
      throws IOException {
    String first = new String(greeting.toLine(), StandardCharsets.US_ASCII).strip();
    StringBuilder text = new StringBuilder();
    text.append("# Written for one run of rsync.\n");
    text.append("abilities=\n");
    text.append("for word do\n");
    text.append("  case $word in\n");
    text.append("    --*) ;;\n");
    text.append("    -*e.*) abilities=${word#*e}; break ;;\n");
    text.append("  esac\n");
    text.append("done\n");
    // The link's command takes this shell's place, so that rsync hears of its end at once; who
    // relays hears of it at the next byte, or with rsync's own end.
    text.append("mkfifo -m 600 relay || exit 1\n");
    text.append("exec 3<&0\n");
    text.append("{ printf '%s\\n' ").append(quoted(first));
    text.append(" \"rsync ").append(seconds).append(sparse ? " sparse" : " plain");
    text.append(" $abilities\"; exec cat; } <&3 >relay 3<&- &\n");
    text.append("exec");
    for (String word : command) {
      text.append(' ').append(quoted(word));
    }
    text.append(" <relay 3<&-\n");
    Files.write(directory.resolve(NAME), text.toString().getBytes(argumentCharset()));
  }

  /** As Java itself would write the command's words when it starts it. */
  private static Charset argumentCharset() {
    String name = System.getProperty("sun.jnu.encoding", "UTF-8");
    return Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.UTF_8;
  }

  /** One word for the shell, whatever is in it. */
  static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }
}
