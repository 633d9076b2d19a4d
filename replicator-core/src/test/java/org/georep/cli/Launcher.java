package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;

/** Runs verbs on one state directory, as the program does, within this process. */
public final class Launcher {
  private final Path state;

  /**
   * What came of a verb.
   *
   * @param code the exit code
   */
  public record Result(int code, String out, String err) {}

  /** Makes one for a state directory. */
  public Launcher(Path state) {
    this.state = state;
  }

  /** Runs one to its end. */
  public Result run(String... args) {
    return run(Ending.onRequest(), args);
  }

  /** Runs one that goes on until it is told to end. */
  Result run(Ending ending, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] all = Arrays.copyOf(args, args.length + 2);
    all[args.length] = "--state-dir";
    all[args.length + 1] = state.toString();
    int code = Georep.run(all, new PrintWriter(out, true), new PrintWriter(err, true), ending);
    return new Result(code, out.toString(), err.toString());
  }

  /** Runs one that has to succeed. */
  public Result done(String... args) {
    Result result = run(args);
    assertThat(result.code()).as(String.join(" ", args) + ": " + result.err()).isZero();
    return result;
  }
}
