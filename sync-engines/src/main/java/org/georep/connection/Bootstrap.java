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
    return wrapped(find() + archive() + run());
  }

  /**
   * Says {@code ready}, and starts the agent, for a greeting that is yet to come; or says what is
   * missing. The line that is read first is for an agent that sshd started in its place.
   */
  String begin() {
    return wrapped(
        find() + archive() + "read -r g; " + stamp() + ("echo " + MARK + " ready; ") + run());
  }

  /**
   * Notes that a copy is used, since one that is not goes when another is installed. Not by the
   * jar's own time: Java takes the archive of classes only for a jar that has the time it had.
   */
  private static String stamp() {
    return "if [ \"${j%/*}\" = \"$d\" ]; then touch \"${j%.jar}.used\" 2>/dev/null; fi; ";
  }

  private static String run() {
    return "exec \"$x\" " + String.join(" ", AgentJvm.FLAGS) + " ${v:+\"$v\"} -jar \"$j\"";
  }

  /**
   * Leaves in $v what Java made of the classes of exactly this jar, if it is there and whole: its
   * name says how many bytes it has. One that does not fit is passed over by Java.
   */
  private String archive() {
    return String.join(
        " ",
        List.of(
            "v=;",
            "for s in \"${j%.jar}-$n+\"*.jsa",
            "\"${j%/*}/cds/georep-agent-" + jar.sha256() + "-$n+\"*.jsa; do",
            "if [ -r \"$s\" ]; then case $s in",
            "*+$(($(wc -c <\"$s\"))).jsa) v=" + AgentJvm.ARCHIVE + "$s;; esac; fi; done; "));
  }

  /**
   * Has Java make that, once, beside a copy of the jar; without it all works, but starts slower.
   */
  private String makeArchive() {
    return String.join(
        " ",
        List.of(
            "w=$d/.cds.$$;",
            "if mkdir \"$w\" && \"$x\" " + String.join(" ", AgentJvm.FLAGS),
            "\"-XX:ArchiveClassesAtExit=$w/a\" -cp \"$j\" " + AgentJvm.REHEARSAL + " \"$w/r\"",
            "</dev/null >/dev/null 2>&1 && [ -s \"$w/a\" ]; then",
            "sync \"$w/a\" 2>/dev/null || sync;",
            "mv -f \"$w/a\" \"${j%.jar}-$n+$(($(wc -c <\"$w/a\"))).jsa\"; fi;",
            "rm -rf \"$w\"; "));
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
            + "find \"$d\" -name \"agent-*.used\" -mtime +30 2>/dev/null | "
            + "while read -r u; do rm -f \"$u\" \"${u%.used}\"[.-]*; done; "
            + "find \"$d\" -name \".cds.*\" -mmin +60 -exec rm -rf {} + 2>/dev/null; "
            + "t=$d/.agent.$$; "
            + ("if cat >\"$t\" && [ \"$(wc -c <\"$t\")\" -eq " + jar.size() + " ] && ")
            + "c=$(sha256sum <\"$t\" 2>/dev/null || echo unchecked) && "
            + ("case $c in unchecked|" + jar.sha256() + "*) true;; *) false;; esac && ")
            + "{ sync \"$t\" 2>/dev/null || sync; } && "
            + ("mv -f \"$t\" \"$d/agent-" + jar.sha256() + ".jar\"; ")
            + ("then j=$d/agent-" + jar.sha256() + ".jar; " + stamp())
            + (findJava() + makeArchive())
            + ("echo " + MARK + " ready; ")
            + ("else rm -f \"$t\"; echo " + MARK + " copy-failed \"$d\"; fi"));
  }

  /** Has it run by sh, whatever the login shell. */
  static String wrapped(String script) {
    if (script.contains("'") || script.contains("!") || script.contains("\\\\")) {
      throw new IllegalStateException("not every login shell takes this: " + script);
    }
    return "exec sh -c '" + script + "'";
  }

  private static String directory() {
    return "d=${XDG_CACHE_HOME:-$HOME/.cache}/georep; ";
  }

  /** Leaves in $d where what is installed for this user alone lies. */
  static String dataDirectory() {
    return "d=${XDG_DATA_HOME:-$HOME/.local/share}/georep; ";
  }

  /** Leaves the jar in $j and a java in $x, or says what is missing and ends. */
  private String find() {
    String name = "agent-" + jar.sha256() + ".jar";
    return String.join(
        " ",
        List.of(
            directory(),
            "j=$d/" + name + ";",
            "k=${XDG_DATA_HOME:-$HOME/.local/share}/georep/" + name + ";",
            "if [ -f \"$j\" ]; then :; elif [ -f \"$k\" ]; then j=$k; else j=;",
            "for l in /usr/share/georep/lib /usr/local/share/georep/lib /opt/georep/lib; do",
            "if [ -f \"$l/georep-agent.sha256\" ]; then read -r s w <\"$l/georep-agent.sha256\";",
            "if [ \"$s\" = " + jar.sha256() + " ]; then j=$l/georep-agent.jar; break; fi; fi;",
            "done; fi;",
            findJava(),
            "if [ -z \"$j\" ]; then echo " + MARK + " agent-missing; exit 1; fi; "));
  }

  /** Leaves a java in $x and its version in $n, or says that it is missing and ends. */
  static String findJava() {
    return String.join(
        " ",
        List.of(
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
            "n=${n#\\\"}; n=${n%\\\"}; m=${n%%[.+\\\"-]*};",
            "if [ \"$m\" -ge " + JAVA + " ] 2>/dev/null; then x=$c; break; fi; o=\"$n $c\"; fi;",
            "done;",
            "if [ -z \"$x\" ]; then echo " + MARK + " java-missing \"$o\"; exit 1; fi;"));
  }
}
