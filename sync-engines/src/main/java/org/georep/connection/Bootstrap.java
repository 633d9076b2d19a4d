package org.georep.connection;

import java.util.List;

/**
 * What the login shell on the secondary's host is asked to run, when no agent command was given.
 *
 * <p>One line for every purpose, the same for every channel. It holds a hash and a size of our own,
 * and otherwise nothing that varies: no path, no name, nothing that was typed or arrived. Since the
 * login shell may be any, everything is one word in single quotes handed to {@code sh}; inside
 * there is no single quote, no exclamation mark, no newline and no doubled backslash, which is what
 * csh and fish would stumble over.
 *
 * <p>What it finds it says on standard output, in one line that begins with {@link #MARK}.
 */
final class Bootstrap {
  /** The word its lines begin with. */
  static final String MARK = "georep-bootstrap";

  /** The oldest Java an agent runs on. */
  static final int JAVA = 17;

  private final AgentJar jar;

  Bootstrap(AgentJar jar) {
    this.jar = jar;
  }

  /** Starts the agent. */
  String start() {
    return wrapped(find() + "exec \"$x\" " + String.join(" ", AgentJvm.FLAGS) + " -jar \"$j\"");
  }

  /**
   * Says {@code ready}, and starts the agent, for a greeting that is yet to come; or says what is
   * missing. The line that is read first is for an agent that sshd started in its place.
   */
  String begin() {
    // The time says that it is used: one that is not goes when another is installed.
    return wrapped(
        find()
            + ("read -r g; touch -c \"$j\" 2>/dev/null; echo " + MARK + " ready; ")
            + ("exec \"$x\" " + String.join(" ", AgentJvm.FLAGS) + " -jar \"$j\""));
  }

  /**
   * Takes the jar from standard input. It becomes visible under its name only whole, checked and
   * synced; two of these at once do each other no harm.
   */
  String install() {
    return wrapped(
        directory()
            + "umask 077; mkdir -p \"$d\"; "
            + "find \"$d\" -name \".agent.*\" -mmin +60 -exec rm -f {} + 2>/dev/null; "
            + "find \"$d\" -name \"agent-*.jar\" -mtime +30 -exec rm -f {} + 2>/dev/null; "
            + "t=$d/.agent.$$; "
            + ("if cat >\"$t\" && [ \"$(wc -c <\"$t\")\" -eq " + jar.size() + " ] && ")
            + "c=$(sha256sum <\"$t\" 2>/dev/null || echo unchecked) && "
            + ("case $c in unchecked|" + jar.sha256() + "*) true;; *) false;; esac && ")
            + "{ sync \"$t\" 2>/dev/null || sync; } && "
            + ("mv -f \"$t\" \"$d/agent-" + jar.sha256() + ".jar\"; ")
            + ("then echo " + MARK + " ready; ")
            + ("else rm -f \"$t\"; echo " + MARK + " copy-failed \"$d\"; fi"));
  }

  private static String wrapped(String script) {
    if (script.contains("'") || script.contains("!") || script.contains("\\\\")) {
      throw new IllegalStateException("not every login shell takes this: " + script);
    }
    return "exec sh -c '" + script + "'";
  }

  private static String directory() {
    return "d=${XDG_CACHE_HOME:-$HOME/.cache}/georep; ";
  }

  /** Leaves the jar in $j and a java in $x, or says what is missing and ends. */
  private String find() {
    return String.join(
        " ",
        List.of(
            directory(),
            "j=$d/agent-" + jar.sha256() + ".jar;",
            "if [ -f \"$j\" ]; then :; else j=;",
            "for l in /usr/share/georep/lib /usr/local/share/georep/lib /opt/georep/lib; do",
            "if [ -f \"$l/georep-agent.sha256\" ]; then read -r s w <\"$l/georep-agent.sha256\";",
            "if [ \"$s\" = " + jar.sha256() + " ]; then j=$l/georep-agent.jar; break; fi; fi;",
            "done; fi;",
            "x=; o=;",
            "for c in \"$GEOREP_JAVA\" \"$JAVA_HOME/bin/java\" \"$(command -v java)\"",
            "/usr/lib/jvm/*/bin/java; do",
            "if [ -f \"$c\" ] && [ -x \"$c\" ]; then",
            // The version without starting Java, which would take longer than all of this.
            "p=$(readlink -f \"$c\"); r=${p%/bin/java}/release; n=;",
            "if [ -r \"$r\" ]; then while IFS== read -r k w; do",
            "if [ \"$k\" = JAVA_VERSION ]; then n=$w; fi; done <\"$r\"; fi;",
            "if [ -z \"$n\" ]; then",
            "n=$(\"$c\" -version 2>&1 | sed -n \"s/.* version \\(.*\\)/\\1/p\"); fi;",
            "n=${n#\\\"}; m=${n%%[.+\\\"-]*};",
            "if [ \"$m\" -ge " + JAVA + " ] 2>/dev/null; then x=$c; break; fi; o=\"$n $c\"; fi;",
            "done;",
            "if [ -z \"$x\" ]; then echo " + MARK + " java-missing \"$o\"; exit 1; fi;",
            "if [ -z \"$j\" ]; then echo " + MARK + " agent-missing; exit 1; fi; "));
  }
}
