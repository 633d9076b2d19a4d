package org.georep.status.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Who may read. Over the network: whoever knows the token, as {@code Authorization: Bearer TOKEN},
 * as {@code ?token=TOKEN}, or by the cookie that the latter sets. On loopback: whoever asks for
 * this host by one of its own names, so that a page from elsewhere whose name was made to point
 * here cannot read with the browser's help.
 */
final class Gate {
  private static final String COOKIE = "georep";
  private static final Set<String> METHODS = Set.of("GET", "HEAD");

  private final Optional<AccessToken> token;
  private final String place;
  private final Answer locked;

  /**
   * Makes it.
   *
   * @param token what has to be known, if anything
   * @param place the address and port listened at
   * @param locked the page that asks for the token
   */
  Gate(Optional<AccessToken> token, String place, Answer locked) {
    this.token = token;
    this.place = place;
    this.locked = locked;
  }

  /** Returns what to answer instead, if this request is not to be answered. */
  Optional<Answer> stop(HttpExchange request) {
    return stopMethod(request)
        .or(() -> token.isPresent() ? unlessKnown(request, token.get()) : unlessLocal(request));
  }

  /** Returns what to answer instead, if this is more than reading. */
  Optional<Answer> stopMethod(HttpExchange request) {
    return METHODS.contains(request.getRequestMethod())
        ? Optional.empty()
        : Optional.of(
            Answer.sentence(405, "Everything here is for reading: GET or HEAD.")
                .with("Allow", "GET, HEAD"));
  }

  private static Optional<Answer> unlessLocal(HttpExchange request) {
    String host = request.getRequestHeaders().getFirst("Host");
    return host == null || isLocal(host)
        ? Optional.empty()
        : Optional.of(
            Answer.sentence(
                421, "This listens on loopback only: ask for it as localhost or 127.0.0.1."));
  }

  private static boolean isLocal(String host) {
    String name = host.replaceFirst(":[0-9]*$", "").toLowerCase(Locale.ROOT);
    return name.equals("localhost")
        || name.equals("[::1]")
        || name.matches("127(\\.[0-9]{1,3}){3}");
  }

  private Optional<Answer> unlessKnown(HttpExchange request, AccessToken expected) {
    Headers headers = request.getRequestHeaders();
    String authorization = headers.getFirst("Authorization");
    if (authorization != null
        && authorization.regionMatches(true, 0, "Bearer ", 0, 7)
        && expected.is(authorization.substring(7).strip())) {
      return Optional.empty();
    }
    if (cookie(headers).filter(value -> expected.isCookie(value, place)).isPresent()) {
      return Optional.empty();
    }
    Optional<String> given = given(request.getRequestURI().getRawQuery());
    if (given.filter(expected::is).isPresent()) {
      String kept = COOKIE + "=" + expected.cookie(place) + "; Path=/; HttpOnly; SameSite=Strict";
      if (!request.getRequestURI().getRawPath().equals("/")) {
        request.getResponseHeaders().set("Set-Cookie", kept);
        return Optional.empty();
      }
      // The token leaves the address line again.
      return Optional.of(
          Answer.sentence(303, "Known from now on.")
              .with("Location", "/")
              .with("Set-Cookie", kept));
    }
    return Optional.of(
        (request.getRequestURI().getRawPath().equals("/")
                ? locked
                : Answer.sentence(401, "A token is needed: Authorization: Bearer TOKEN."))
            .with("WWW-Authenticate", "Bearer realm=\"georep\""));
  }

  private static Optional<String> cookie(Headers headers) {
    for (String line : headers.getOrDefault("Cookie", java.util.List.of())) {
      for (String pair : line.split(";", -1)) {
        String[] parts = pair.strip().split("=", 2);
        if (parts.length == 2 && parts[0].equals(COOKIE)) {
          return Optional.of(parts[1]);
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<String> given(@org.jspecify.annotations.Nullable String query) {
    for (String pair : query == null ? new String[0] : query.split("&", -1)) {
      if (pair.startsWith("token=")) {
        try {
          return Optional.of(
              URLDecoder.decode(pair.substring("token=".length()), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }
}
