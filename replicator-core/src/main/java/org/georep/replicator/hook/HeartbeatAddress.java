package org.georep.replicator.hook;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.georep.status.file.StatusJson;
import org.georep.status.report.EventReport;

/**
 * An HTTP address that each event is posted to, as JSON. Its answer has to be a success; what it
 * says besides is not read. The path may hold a secret: sentences name the host only.
 */
final class HeartbeatAddress implements Receiver {
  static final Duration LIMIT = Duration.ofSeconds(10);

  private final URI address;
  private final Duration limit;
  private final HttpClient client;

  HeartbeatAddress(URI address, Duration limit) {
    this.address = address;
    this.limit = limit;
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(limit)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  @Override
  public void tell(EventReport event) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .timeout(limit)
            .header("Content-Type", "application/json")
            .header("User-Agent", "georep")
            .POST(HttpRequest.BodyPublishers.ofString(StatusJson.tree(event) + "\n"))
            .build();
    CompletableFuture<HttpResponse<Void>> answer =
        client.sendAsync(request, HttpResponse.BodyHandlers.discarding());
    try {
      int status = answer.get(limit.toNanos(), TimeUnit.NANOSECONDS).statusCode();
      if (status < 200 || status > 299) {
        throw new IOException("the heartbeat's host " + host() + " answered with " + status);
      }
    } catch (TimeoutException e) {
      throw new IOException(
          "the heartbeat's host " + host() + " did not answer in " + limit.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      throw new IOException(
          "the heartbeat's host "
              + host()
              + " was not reached: "
              + (e.getCause() == null ? e : e.getCause()),
          e);
    } finally {
      answer.cancel(true);
    }
  }

  private String host() {
    return address.getHost();
  }
}
