package org.georep.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.georep.testing.LoopImage;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.georep.testing.Sshd;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * What is served, seen by its users: a real session over ssh, looked at with a real browser and a
 * real Prometheus while it is busy, idle and cut off. One session goes through all of it; pictures
 * are kept in {@code target/dashboard}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MonitoringTest {
  private static final Path MONITORING = Path.of("..", "deploy", "monitoring");
  private static final Path PICTURES = Path.of("target", "dashboard");
  private static final Pattern METRIC = Pattern.compile("georep_[a-z_]+|\\bup\\b");
  private static final int FILES = 40;
  private static final int SIZE = 150_000;
  private static final String HOSTILE = "<img src=x onerror=window.pwned=1>&\"'";

  private final Sandbox sandbox = Sandbox.open();
  private final List<AutoCloseable> toClose = new ArrayList<>();
  private Path primary;
  private Sshd sshd;
  private Served served;
  private Optional<Browser> browser = Optional.empty();
  private Optional<Prometheus> prometheus = Optional.empty();

  @BeforeAll
  void start() throws Exception {
    LoopImage.assumeAvailable(LoopImage.Kind.XFS);
    LoopImage xfs = LoopImage.mounted(LoopImage.Kind.XFS, sandbox.path());
    toClose.add(xfs);
    sshd = Sshd.start(sandbox.directory("sshd"));
    toClose.add(sshd);
    primary = sandbox.directory("photos");
    for (int i = 0; i < FILES; i++) {
      byte[] contents = new byte[SIZE];
      new java.util.Random(i).nextBytes(contents);
      Files.write(
          Files.createDirectories(primary.resolve("2026/" + i % 4)).resolve("f" + i), contents);
    }
    Path profile = sandbox.directory("profile");
    Optional<Path> chromium = Browser.find();
    if (chromium.isPresent()) {
      browser = Optional.of(Browser.start(chromium.get(), profile));
      toClose.add(browser.get());
    }
    served =
        Served.start(
            primary,
            xfs.mountPoint().resolve("photos"),
            sandbox.directory("state"),
            sshd,
            "--bwlimit",
            "1MB/s",
            "--timeout",
            "60s");
    toClose.add(served);
    Optional<Path> program = Program.find("prometheus");
    if (program.isPresent()) {
      prometheus =
          Optional.of(
              Prometheus.start(
                  program.get(),
                  sandbox.directory("prometheus"),
                  served.uri(),
                  MONITORING.resolve("georep.rules.yml")));
      toClose.add(prometheus.get());
    }
  }

  @AfterAll
  void stop() throws Exception {
    for (int i = toClose.size() - 1; i >= 0; i--) {
      toClose.get(i).close();
    }
    sandbox.close();
  }

  private Browser browser() {
    assumeTrue(browser.isPresent(), "needs Chromium: apt-get install chromium");
    return browser.get();
  }

  private Prometheus prometheus() {
    assumeTrue(prometheus.isPresent(), "needs Prometheus: apt-get install prometheus");
    return prometheus.get();
  }

  private static long number(String text) {
    return Long.parseLong(text.replaceAll("[^0-9]", ""));
  }

  @Test
  @Order(1)
  void busy() throws Exception {
    served.await("contents are sent", worker -> worker.path("files_remaining").asLong() > 0);
    served.freeze();
    try {
      busyPage();
    } finally {
      served.thaw();
    }
  }

  private void busyPage() throws Exception {
    Browser page = browser();
    page.prefer("light");
    page.open(served.uri());
    Waits.until("the page is live", () -> page.text("#live").equals("Live"));
    long before = served.worker().path("files_syncd").asLong();
    Waits.until(
        "it shows no less than was",
        () -> number("0" + page.text("[data-field=files_syncd]")) >= before);
    assertThat(number(page.text("[data-field=files_syncd]")))
        .isLessThanOrEqualTo(served.worker().path("files_syncd").asLong());
    assertThat(page.text("[data-cell=state]")).isEqualTo("Active");
    assertThat(page.text("[data-figure=lag]"))
        .as("before the first stime nobody knows")
        .isEqualTo("unknown");
    assertThat(page.text("#headline"))
        .isEqualTo("Getting in step: how far behind is not known yet");
    assertThat(page.text("[data-figure=pending]")).matches("[0-9]+ files");
    assertThat(served.get("/health").statusCode()).isEqualTo(503);
    assertThat(served.get("/metrics").body()).containsPattern("georep_lag_seconds\\{.*} NaN");
    assertReadable(page, "busy");
  }

  @Test
  @Order(2)
  void idle() throws Exception {
    served.await("in step", worker -> worker.path("lag_seconds").asDouble(-1) == 0);
    Browser page = browser();
    Waits.until("the page says so", () -> page.text("#headline").equals("In step"));
    assertThat(page.text("[data-figure=lag]")).isEqualTo("0 s");
    assertThat(served.get("/health").body()).contains("\"ok\"");
    assertNumbers(page);
    assertReadable(page, "idle");
  }

  /**
   * Each figure of the page is that of the interface; one that changed meanwhile is looked at
   * again.
   */
  private void assertNumbers(Browser page) throws Exception {
    Waits.untilPasses(
        () -> {
          JsonNode before = served.worker();
          JsonNode shown =
              page.evaluate(
                  "Object.fromEntries([...document.querySelectorAll('dd[data-field]')]"
                      + ".map(e => [e.dataset.field, e.textContent]))");
          assertThat(shown.size()).isGreaterThan(25);
          int compared = 0;
          for (String key : (Iterable<String>) shown::fieldNames) {
            JsonNode value = before.at("/" + key.replace('.', '/'));
            String text = shown.get(key).asText();
            if (value.isNull() || value.isMissingNode()) {
              assertThat(text).as(key).isEqualTo("unknown");
            } else if (value.isIntegralNumber() && !key.contains("bytes")) {
              assertThat(number(text)).as(key).isEqualTo(value.longValue());
              compared++;
            } else if (value.isTextual()) {
              assertThat(text).as(key).isEqualTo(value.textValue());
              compared++;
            }
          }
          assertThat(compared).isGreaterThan(15);
        });
  }

  @Test
  @Order(3)
  void mouseAndKeys() throws Exception {
    Browser page = browser();
    assertThat(page.evaluate("document.querySelector('.details').hidden").asBoolean())
        .as("the only worker is shown whole")
        .isFalse();
    page.click(".expand");
    assertThat(page.evaluate("document.querySelector('.details').hidden").asBoolean()).isTrue();
    assertThat(
            page.evaluate("document.querySelector('.expand').getAttribute('aria-expanded')")
                .asText())
        .isEqualTo("false");

    page.click("#pause");
    assertThat(page.text("#live")).startsWith("As of ");
    page.click("#pause");
    Waits.until("it goes on", () -> page.text("#live").equals("Live"));

    List<String> met = new ArrayList<>();
    page.open(served.uri()); // the next key goes to the top
    Waits.until("the page is live", () -> page.text("#live").equals("Live"));
    for (int i = 0; i < 12; i++) {
      page.press("Tab");
      met.add(
          page.evaluate(
                  "{const e = document.activeElement; e.id || e.dataset.plot || e.className ||"
                      + " e.name || e.tagName}")
              .asText());
      if (met.get(i).equals("lag")) {
        page.press("Home");
        assertThat(page.text("#lag .readout")).contains("unknown");
      } else if (met.get(i).equals("theme")) {
        page.press("ArrowRight");
        page.press("ArrowRight");
      } else if (met.get(i).equals("expand")) {
        page.press("Enter");
      }
    }
    assertThat(met).containsSubsequence("skip", "pause", "theme", "lag", "throughput", "expand");
    assertThat(page.evaluate("document.querySelector('.details').hidden").asBoolean())
        .as("closed by a key")
        .isTrue();
    assertThat(page.evaluate("document.documentElement.dataset.theme").asText()).isEqualTo("dark");
    page.open(served.uri());
    Waits.until("the page is live", () -> page.text("#live").equals("Live"));
    assertThat(page.evaluate("getComputedStyle(document.body).colorScheme").asText())
        .as("the choice is kept")
        .isEqualTo("dark");
    page.evaluate("document.querySelector('[value=auto]').click()");
  }

  @Test
  @Order(4)
  void hostileNamesInQuarantineAreText() throws Exception {
    // XFS takes no target as long.
    Files.createSymbolicLink(primary.resolve(HOSTILE), Path.of("/" + "t/".repeat(530)));
    served.await("it is in quarantine", worker -> worker.path("quarantined").asLong() == 1);
    assertThat(served.get("/health").body()).contains("degraded");
    assertThat(served.get("/health").statusCode()).isEqualTo(200);
    JsonNode entry = served.worker().path("quarantine").path(0);
    Browser page = browser();
    Waits.until("it is listed", () -> !page.text("#quarantine-table td").isEmpty());
    assertThat(page.text("#quarantine-table td.name")).isEqualTo(entry.path("path").asText());
    assertThat(entry.path("path").asText()).contains("<img src=x");
    assertThat(page.text("#quarantine-table td.why")).isEqualTo(entry.path("reason").asText());
    assertThat(page.text("[data-figure=quarantine]")).isEqualTo("1 entry");
    assertThat(page.evaluate("document.querySelectorAll('main img').length").asInt()).isZero();
    assertThat(page.evaluate("typeof window.pwned").asText()).isEqualTo("undefined");
    assertReadable(page, "quarantine");
  }

  @Test
  @Order(5)
  void prometheusScrapesAndEvaluatesTheRules() throws Exception {
    Prometheus real = prometheus();
    Waits.until(
        "the quarantine was scraped",
        () -> real.query("georep_quarantine_entries == 1").size() == 1);
    Waits.until(
        "what was sent was scraped",
        () ->
            real.query("georep_ops_total{class=\"data\",result=\"done\"} >= " + FILES).size() == 1);
    assertThat(real.query("up{job=\"georep\"} == 1")).hasSize(1);
    assertThat(
            real.query("georep_ops_total{class=\"data\",result=\"done\"}")
                .at("/0/value/1")
                .asText())
        .isEqualTo("" + FILES);
    assertThat(number(real.query("georep_bytes_total{kind=\"logical\"}").at("/0/value/1").asText()))
        .isEqualTo(FILES * SIZE);
    assertThat(real.query("georep_barrier_seconds_count > 0")).hasSize(1);
    assertThat(real.query("georep_worker_state{state=\"Active\"} == 1")).hasSize(1);

    Set<String> names = new TreeSet<>();
    real.ask("label/__name__/values").forEach(name -> names.add(name.asText()));
    Waits.until(
        "every rule was evaluated",
        () -> {
          JsonNode rules = real.rules();
          for (JsonNode rule : rules) {
            if (!rule.path("health").asText().equals("ok")) {
              return false;
            }
          }
          return rules.size() > 8;
        });
    for (JsonNode rule : real.rules()) {
      assertThat(names).containsAll(metrics(rule.path("query").asText()));
    }
    Waits.until("its alert waits", () -> real.alert("GeorepQuarantine").equals("pending"));
    assertThat(real.alert("GeorepWorkerFaulty")).isEqualTo("inactive");

    for (String expression : grafana()) {
      String asked = expression.replace("$session", ".*").replace("$__rate_interval", "1m");
      assertThat(names).as(asked).containsAll(metrics(asked));
      real.query(asked); // fails if Prometheus does not understand it
    }
  }

  private static Set<String> metrics(String expression) {
    Set<String> names = new TreeSet<>();
    Matcher found = METRIC.matcher(expression);
    while (found.find()) {
      names.add(found.group());
    }
    assertThat(names).as(expression).isNotEmpty();
    return names;
  }

  private static List<String> grafana() throws IOException {
    List<String> expressions =
        new ObjectMapper()
            .readTree(MONITORING.resolve("grafana-dashboard.json").toFile())
            .findValuesAsText("expr");
    assertThat(expressions).hasSizeGreaterThan(15);
    return expressions;
  }

  @Test
  @Order(6)
  void theRulesDoWhatTheySay() {
    assumeTrue(
        Program.find("promtool").isPresent(), "needs Prometheus: apt-get install prometheus");
    Program.check(
        "promtool", "test", "rules", MONITORING.resolve("georep.rules.test.yml").toString());
    Program.check(
        "promtool",
        "check",
        "config",
        "--syntax-only",
        MONITORING.resolve("prometheus.yml").toString());
  }

  @Test
  @Order(7)
  void faulty() throws Exception {
    sshd.stop();
    served.await("Faulty", worker -> worker.path("worker status").asText().equals("Faulty"));
    assertThat(served.get("/health").statusCode()).isEqualTo(503);
    if (prometheus.isPresent()) {
      Waits.until(
          "its alert waits", () -> prometheus().alert("GeorepWorkerFaulty").equals("pending"));
    }
    Browser page = browser();
    Waits.until("the page says so", () -> page.text("#headline").equals("The worker is faulty"));
    assertThat(page.text("[data-cell=state]")).isEqualTo("Faulty");
    Waits.until(
        "the page says why",
        () -> page.text("#reasons").contains(served.worker().path("reason").asText("none")));
    assertThat(page.text("[data-figure=lag]"))
        .as("it grows")
        .doesNotContain("unknown")
        .isNotEqualTo("0 s");
    assertReadable(page, "faulty");

    assertThat(page.errors()).isEmpty();
    assertThat(page.requests())
        .isNotEmpty()
        .allMatch(url -> url.startsWith(served.uri().toString()));
    served.close();
    Waits.until(
        "the page sees that", () -> page.text("#headline").equals("georep does not answer"));
    assertReadable(page, "gone");
  }

  /** Every text has a contrast of at least 4.5 to what is behind it, in light and dark. */
  private static void assertReadable(Browser page, String name) throws Exception {
    String look =
        """
        (() => {
          const parse = (c) => { const [r, g, b, a = 1] = c.match(/[0-9.]+/g).map(Number); return {r, g, b, a}; };
          const over = (top, under) => ({ r: top.r * top.a + under.r * (1 - top.a),
            g: top.g * top.a + under.g * (1 - top.a), b: top.b * top.a + under.b * (1 - top.a), a: 1 });
          const ground = (e) => { const below = e.parentElement ? ground(e.parentElement) : {r: 255, g: 255, b: 255, a: 1};
            return over(parse(getComputedStyle(e).backgroundColor), below); };
          const light = ({r, g, b}) => { const [x, y, z] = [r, g, b].map((v) => v / 255)
            .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * x + 0.7152 * y + 0.0722 * z; };
          const bad = []; let seen = 0;
          const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walk.nextNode()) {
            const e = walk.currentNode.parentElement;
            if (!walk.currentNode.data.trim() || !e.checkVisibility() || e.closest('noscript, script')) continue;
            seen++;
            const style = getComputedStyle(e);
            const behind = ground(e.closest('svg')?.parentElement ?? e);
            const text = over(parse(e.closest('svg') ? style.fill : style.color), behind);
            const [one, two] = [light(text), light(behind)].sort((a, b) => b - a);
            const contrast = (one + 0.05) / (two + 0.05);
            if (contrast < 4.5) bad.push(walk.currentNode.data.trim() + ': ' + contrast.toFixed(2));
          }
          return {seen, bad};
        })()
        """;
    for (String scheme : List.of("light", "dark")) {
      page.prefer(scheme);
      JsonNode seen = page.evaluate(look);
      page.picture(PICTURES.resolve(name + "-" + scheme + ".png"));
      assertThat(seen.path("seen").asInt()).isGreaterThan(40);
      assertThat(seen.path("bad")).as(name + " in " + scheme).isEmpty();
    }
    page.prefer("light");
  }
}
