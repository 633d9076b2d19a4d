package org.georep.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class LeftDirectoriesTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private static ServerSocketChannel listen(Path directory) throws Exception {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(directory.resolve("m0")));
    return server;
  }

  @Test
  void onlyWhatNobodyUsesGoes() throws Exception {
    Path left = sandbox.directory("georep-1");
    listen(left).close(); // leaves the socket's name
    Path empty = sandbox.directory("georep-2");
    Path other = sandbox.directory("georep-test3");
    Path data = sandbox.directory("georep-4");
    Files.writeString(data.resolve("f"), "somebody's");
    Path used = sandbox.directory("georep-5");
    try (ServerSocketChannel server = listen(used)) {
      assertThat(server.isOpen()).isTrue();
      LeftDirectories.prune(sandbox.path(), Instant.now().minusSeconds(3600));
      assertThat(left).exists();
      LeftDirectories.prune(sandbox.path(), Instant.now().plusSeconds(1));
      assertThat(left).doesNotExist();
      assertThat(empty).doesNotExist();
      assertThat(other).exists();
      assertThat(data.resolve("f")).exists();
      assertThat(used).exists();
    }
  }
}
