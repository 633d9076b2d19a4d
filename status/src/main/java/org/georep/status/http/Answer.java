package org.georep.status.http;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a request is answered with.
 *
 * @param status the status code
 * @param type the content type
 * @param body the body
 * @param headers further headers
 */
record Answer(int status, String type, byte[] body, Map<String, String> headers) {
  static final String TEXT = "text/plain; charset=utf-8";
  static final String JSON = "application/json";

  static Answer of(int status, String type, byte[] body) {
    return new Answer(status, type, body, Map.of());
  }

  /** Returns a sentence as an answer. */
  static Answer sentence(int status, String sentence) {
    return of(status, TEXT, (sentence + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** Returns this answer with one more header. */
  Answer with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new Answer(status, type, body, more);
  }
}
