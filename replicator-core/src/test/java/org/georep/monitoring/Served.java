package org.georep.monitoring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.georep.secondary.AgentMain;
import org.georep.testing.Program;
import org.georep.testing.Sshd;
import org.georep.testing.Waits;

/** {@code georep replicate --listen} as a process of its own, over ssh, and what it serves. */
final class Served implements AutoCloseable {
  private static final Pattern PLACE = Pattern.compile("status page at (http://\\S+)");
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  private final HttpClient client = HttpClient.newHttpClient();
  private final Process process;
  private final Path said;
  private final URI uri;

  private Served(List<String> command, Path said) throws Exception {
    this.said = said;
    this.process =
        new ProcessBuilder(command)
            .redirectError(said.toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Waits.until(
        "it says where its page is",
        () -> {
          if (!process.isAlive()) {
            throw new AssertionError(Files.readString(said));
          }
          return PLACE.matcher(Files.readString(said)).find();
        });
    Matcher place = PLACE.matcher(Files.readString(said));
    place.find();
    this.uri = URI.create(place.group(1));
  }

  /** Starts to replicate. */
  static Served start(Path primary, Path secondary, Path state, Sshd sshd, String... options)
      throws Exception {
    String classes =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<String> command = new ArrayList<>();
    command.add(JAVA);
    command.addAll(
        List.of(
            "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
            "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classes,
            "org.georep.cli.Georep",
            "replicate",
            "--listen",
            "0",
            "--name",
            "offsite",
            "--state-dir",
            state.toString(),
            "--agent-command",
            JAVA + " -XX:TieredStopAtLevel=1 -cp '" + classes + "' " + AgentMain.class.getName(),
            "--ssh-key",
            sshd.identityFile().toString(),
            "--ssh-option",
            "UserKnownHostsFile=" + sshd.knownHostsFile(),
            "--ssh-option",
            "GlobalKnownHostsFile=/dev/null",
            "--ssh-option",
            "IdentityAgent=none"));
    command.addAll(List.of(options));
    command.add(primary.toString());
    command.add(
        "ssh://" + sshd.user() + "@" + sshd.host() + ":" + sshd.port() + secondary.toString());
    return new Served(command, state.resolveSibling("said"));
  }

  /** Returns where its page is. */
  URI uri() {
    return uri;
  }

  /** Returns what it serves at a path. */
  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(uri.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Returns its worker's status; missing until there is one. */
  JsonNode worker() throws IOException, InterruptedException {
    return new ObjectMapper().readTree(get("/status").body()).path(0);
  }

  /** Lets nothing through the link, without an end of it. */
  void freeze() {
    signal("-STOP");
  }

  /** Lets everything through again. */
  void thaw() {
    signal("-CONT");
  }

  private void signal(String which) {
    List<String> command = new ArrayList<>(List.of("kill", which));
    process
        .descendants()
        .filter(each -> each.info().command().orElse("").endsWith("/ssh"))
        .forEach(each -> command.add(Long.toString(each.pid())));
    Program.check(command.toArray(String[]::new));
  }

  /** Waits for a state of its worker, in step or not. */
  void await(String what, java.util.function.Predicate<JsonNode> condition) throws Exception {
    try {
      Waits.until(what, () -> condition.test(worker()));
    } catch (AssertionError e) {
      throw new AssertionError(worker() + "\n" + Files.readString(said), e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
