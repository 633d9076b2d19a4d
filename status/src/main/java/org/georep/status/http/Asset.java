package org.georep.status.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** The files the page is made of, as they are in the jar. */
final class Asset {
  private static final Map<String, String> TYPES =
      Map.of(
          "index.html", "text/html; charset=utf-8",
          "unlock.html", "text/html; charset=utf-8",
          "dashboard.css", "text/css; charset=utf-8",
          "theme.js", "text/javascript; charset=utf-8",
          "dashboard.js", "text/javascript; charset=utf-8",
          "words.js", "text/javascript; charset=utf-8",
          "chart.js", "text/javascript; charset=utf-8",
          "worker.js", "text/javascript; charset=utf-8",
          "icon.svg", "image/svg+xml");

  private Asset() {}

  /**
   * Returns all of them, by name.
   *
   * @throws IOException if one is missing, which no whole jar has
   */
  static Map<String, Answer> all() throws IOException {
    Map<String, Answer> all = new LinkedHashMap<>();
    for (Map.Entry<String, String> each : TYPES.entrySet()) {
      try (InputStream in = Asset.class.getResourceAsStream("page/" + each.getKey())) {
        if (in == null) {
          throw new IOException("the page's " + each.getKey() + " is missing: install again");
        }
        all.put(each.getKey(), Answer.of(200, each.getValue(), in.readAllBytes()));
      }
    }
    return all;
  }
}
