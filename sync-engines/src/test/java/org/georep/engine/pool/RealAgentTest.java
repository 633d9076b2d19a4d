package org.georep.engine.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.georep.connection.AgentClient;
import org.georep.connection.Link;
import org.georep.connection.LinkOptions;
import org.georep.connection.Links;
import org.georep.connection.SecondaryAddress;
import org.georep.engine.AgentPort;
import org.georep.engine.EngineChoice;
import org.georep.engine.FileJob;
import org.georep.engine.OpenFile;
import org.georep.engine.Outcome;
import org.georep.name.EntryPath;
import org.georep.name.Gfid;
import org.georep.name.VolumeId;
import org.georep.posix.Libc;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.georep.protocol.EntryState;
import org.georep.protocol.Keeping;
import org.georep.protocol.MinFree;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.protocol.Want;
import org.georep.testing.Sandbox;
import org.georep.testing.Sshd;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The pool with the agent itself, as a child process and over a real sshd. */
class RealAgentTest {
  private static final int LARGE = 4 << 20;
  private static final Gfid ROOT = Gfid.parse("0909");

  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private final Libc libc = NativeLibc.instance();

  @ParameterizedTest
  @EnumSource(names = {"RSYNC", "STREAM"})
  void asChildProcess(EngineChoice engine) throws Exception {
    Path secondary = sandbox.directory("secondary");
    byte[] root = RawPath.toBytes(secondary);
    try (Link link = Links.open(new SecondaryAddress.Local(root), LinkOptions.DEFAULT)) {
      publishes(link, secondary, root, engine);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"RSYNC", "STREAM"})
  void overSsh(EngineChoice engine) throws Exception {
    Sshd.assumeAvailable();
    Path secondary = sandbox.directory("secondary");
    byte[] root = RawPath.toBytes(secondary);
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String agent =
        java
            + " -cp '"
            + System.getProperty("java.class.path")
            + "' org.georep.secondary.AgentMain";
    try (Sshd sshd = Sshd.start(sandbox.directory("sshd"))) {
      LinkOptions options =
          new LinkOptions(
              List.of(
                  "UserKnownHostsFile=" + sshd.knownHostsFile(),
                  "GlobalKnownHostsFile=/dev/null",
                  "IdentityAgent=none"),
              Optional.of(sshd.identityFile()),
              Optional.of(agent),
              Duration.ofSeconds(60));
      SecondaryAddress address =
          new SecondaryAddress.Ssh(
              Optional.of(sshd.user()), sshd.host(), OptionalInt.of(sshd.port()), root);
      try (Link link = Links.open(address, options)) {
        publishes(link, secondary, root, engine);
      }
    }
  }

  private void publishes(Link link, Path secondary, byte[] root, EngineChoice engine)
      throws Exception {
    Path primary = sandbox.directory("primary");
    TreeSource source = new TreeSource(libc, RawPath.toBytes(primary));
    Heard heard = new Heard();
    try (AgentClient client = AgentClient.open(link.open(), Duration.ofSeconds(60))) {
      Request.Hello hello =
          new Request.Hello(
              root,
              UUID.randomUUID(),
              VolumeId.fresh(),
              ROOT,
              Request.Mode.REPLICATE,
              "here",
              Keeping.NOTHING,
              MinFree.NONE);
      Reply.Welcome welcome = client.call(hello, Reply.Welcome.class);
      PoolOptions options = PoolOptions.of(engine, root, welcome.programs());
      try (DataPool pool =
          DataPool.start(options, libc, source, link, AgentPort.of(client), heard)) {
        byte[] content = DataPoolTest.bytes(LARGE);
        Files.write(primary.resolve("large"), content);
        Files.write(primary.resolve("small"), DataPoolTest.bytes(2000));
        carry(client, pool, source, heard, 1, List.of("large", "small"));
        content[LARGE / 3]++;
        Files.write(primary.resolve("large"), content);
        carry(client, pool, source, heard, 2, List.of("large"));
        assertThat(secondary.resolve("large")).hasBinaryContent(content);
        assertThat(secondary.resolve("small")).hasBinaryContent(DataPoolTest.bytes(2000));
        DataCounts counts = pool.counts();
        String name = engine.name().toLowerCase(Locale.ROOT);
        assertThat(counts.engines().get(name).files()).isEqualTo(3);
        assertThat(counts.engines().get(name).bytesWire()).isLessThan(LARGE + LARGE / 10);
      }
      client.call(new Request.Goodbye(), Reply.Done.class);
    }
    assertThat(secondary.resolve(".georep/stage/jobs")).isEmptyDirectory();
    assertThat(secondary.resolve(".georep/stage/contents")).isEmptyDirectory();
    assertThat(secondary.resolve(".georep/stage/tickets")).isEmptyDirectory();
  }

  private static void carry(
      AgentClient client,
      DataPool pool,
      TreeSource source,
      Heard heard,
      long batch,
      List<String> names)
      throws Exception {
    List<Want.At> wants = new ArrayList<>();
    List<Gfid> dirty = new ArrayList<>();
    for (String name : names) {
      Gfid gfid = source.add(EntryPath.parse(name));
      dirty.add(gfid);
      try (OpenFile file = source.open(gfid).orElseThrow()) {
        EntryState state = file.look();
        wants.add(new Want.At(ROOT, new Want.Present(EntryPath.parse(name).names().get(0), state)));
      }
    }
    Reply.Reconciled reply =
        client.call(
            new Request.Reconcile(batch, List.of(), dirty, List.of(), wants, List.of(), List.of()),
            Reply.Reconciled.class);
    List<FileJob> jobs = new ArrayList<>();
    for (Reply.Needed needed : reply.data()) {
      long size = needed.wanted().map(token -> token.size()).orElse(-1L);
      jobs.add(new FileJob(batch, needed.gfid(), size, needed.have(), needed.sameToken()));
    }
    assertThat(jobs).hasSize(names.size());
    pool.submit(jobs);
    for (FileJob job : jobs) {
      assertThat(heard.of(job)).isInstanceOf(Outcome.Published.class);
    }
  }
}
