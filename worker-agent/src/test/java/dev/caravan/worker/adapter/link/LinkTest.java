package dev.caravan.worker.adapter.link;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.platform.ClusterProperties;
import dev.caravan.platform.ClusterToken;
import dev.caravan.testkit.ManualClock;
import dev.caravan.worker.app.desired.Wanted;
import dev.caravan.worker.app.engine.MemberId;
import dev.caravan.worker.app.engine.Stage;
import dev.caravan.worker.app.group.FakeRpcServers;
import dev.caravan.worker.app.group.LinkRefused;
import dev.caravan.worker.app.group.MemberSupervisor;
import dev.caravan.worker.app.group.RpcLink;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/**
 * Links over real sockets. In the place of the RPC server is a plain server that a test reads and
 * writes, since a real one shows nothing of the bytes.
 */
@Timeout(60)
class LinkTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final ClusterToken TOKEN = token("right");
    private static final AgentId HEAD = new AgentId("head");

    private final FakeRpcServers servers = new FakeRpcServers();
    private final MemberSupervisor members =
            new MemberSupervisor(
                    servers, (_, _, _) -> {}, Runnable::run, ManualClock.anytime(), Duration.ZERO);
    private final LinkServer linkServer = new LinkServer(members::claim, TOKEN);
    private final HttpRpcLinks links = new HttpRpcLinks(TOKEN, HEAD);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private ServerSocket rpcServer;
    private DisposableServer agent;

    @BeforeEach
    void start() throws IOException {
        rpcServer = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"));
        agent =
                linkServer
                        .on(HttpServer.create().host("127.0.0.1").port(0))
                        .route(
                                routes ->
                                        routes.get(
                                                "/hello",
                                                (_, out) -> out.sendString(Mono.just("hi"))))
                        .bindNow();
    }

    @AfterEach
    void stop() throws IOException {
        links.close();
        agent.disposeNow();
        rpcServer.close();
        threads.close();
    }

    private static ClusterToken token(String text) {
        return ClusterToken.from(
                new ClusterProperties(
                        "test",
                        null,
                        text,
                        List.of(),
                        URI.create("redis://127.0.0.1"),
                        null,
                        Path.of(".")));
    }

    /** Lends a member whose RPC server listens where the test does. */
    private FakeRpcServers.FakeRpcServer lend(String id) {
        members.start(Wanted.member(id));
        FakeRpcServers.FakeRpcServer server = servers.last();
        server.listen(rpcServer.getLocalPort());
        return server;
    }

    private Stage stage(String member) {
        return new Stage(
                new AgentId("other"),
                "http://127.0.0.1:" + agent.port(),
                Optional.of(new MemberId(member)),
                4);
    }

    private RpcLink open(String member) {
        return Objects.requireNonNull(links.open(stage(member)).block(PATIENCE));
    }

    private static Socket connect(RpcLink link) throws IOException {
        Socket socket = new Socket("127.0.0.1", link.port());
        socket.setTcpNoDelay(true);
        return socket;
    }

    private static void hangUp(Socket socket) throws IOException {
        socket.close();
    }

    private boolean isLinked(String id) {
        return members.members().stream()
                .anyMatch(member -> member.id().value().equals(id) && member.isLinked());
    }

    private @Nullable String lost(RpcLink link) {
        return link.lost().block(PATIENCE);
    }

    @Test
    void carriesBytesBothWaysAndLeavesOtherRoutesAlone() throws Exception {
        lend("m");
        RpcLink link = open("m");
        try (Socket head = connect(link);
                Socket server = rpcServer.accept()) {
            head.getOutputStream().write("ask".getBytes(US_ASCII));
            assertThat(new String(server.getInputStream().readNBytes(3), US_ASCII))
                    .isEqualTo("ask");
            server.getOutputStream().write("answer".getBytes(US_ASCII));
            assertThat(new String(head.getInputStream().readNBytes(6), US_ASCII))
                    .isEqualTo("answer");

            try (InputStream hello =
                    URI.create("http://127.0.0.1:" + agent.port() + "/hello")
                            .toURL()
                            .openStream()) {
                assertThat(new String(hello.readAllBytes(), US_ASCII)).isEqualTo("hi");
            }
            assertThat(isLinked("m")).isTrue();
        }
    }

    @Test
    void carriesMuchInBothDirectionsAtOnceUnchanged() throws Exception {
        lend("m");
        RpcLink link = open("m");
        byte[] sent = new byte[48 << 20];
        new Random(1).nextBytes(sent);
        try (Socket head = connect(link);
                Socket server = rpcServer.accept()) {
            CompletableFuture<byte[]> there = read(server, sent.length);
            CompletableFuture<byte[]> back = read(head, sent.length);
            var writing = threads.submit(() -> write(head, sent));
            write(server, sent);
            writing.get(30, TimeUnit.SECONDS);

            assertThat(there.get(30, TimeUnit.SECONDS)).isEqualTo(sent);
            assertThat(back.get(30, TimeUnit.SECONDS)).isEqualTo(sent);
        }
    }

    private CompletableFuture<byte[]> read(Socket socket, int bytes) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        byte[] all = new byte[bytes];
                        new DataInputStream(socket.getInputStream()).readFully(all);
                        return all;
                    } catch (IOException failed) {
                        throw new AssertionError(failed);
                    }
                },
                threads);
    }

    private static @Nullable Void write(Socket socket, byte[] bytes) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(bytes);
        out.flush();
        return null;
    }

    @Test
    void takesNoMoreThanItsBuffersFromAHeadWhoseMemberDoesNotRead() throws Exception {
        lend("m");
        RpcLink link = open("m");
        try (Socket head = connect(link);
                Socket server = rpcServer.accept()) {
            long[] written = {0};
            var writing =
                    threads.submit(
                            () -> {
                                byte[] chunk = new byte[1 << 16];
                                while (written[0] < 1L << 30) {
                                    head.getOutputStream().write(chunk);
                                    written[0] += chunk.length;
                                }
                                return null;
                            });

            long[] before = {-1};
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(500))
                    .atMost(Duration.ofSeconds(30))
                    .until(
                            () -> {
                                boolean stands = written[0] > 0 && written[0] == before[0];
                                before[0] = written[0];
                                return stands;
                            });

            assertThat(written[0]).isLessThan(64 << 20);
            hangUp(server);
            assertThatThrownBy(() -> writing.get(10, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(IOException.class);
        }
    }

    @Test
    void closesTheHeadsSideAndSaysSoWhenTheMemberCloses() throws Exception {
        lend("m");
        RpcLink link = open("m");
        try (Socket head = connect(link);
                Socket server = rpcServer.accept()) {
            head.getOutputStream().write(1);
            assertThat(server.getInputStream().read()).isEqualTo(1);

            hangUp(server);

            assertThat(head.getInputStream().read()).isEqualTo(-1);
            assertThat(lost(link)).contains("closed by its other end");
            Awaitility.await().until(() -> !isLinked("m"));
        }
    }

    @Test
    void losesALinkThatNoHeadHasUsedYet() throws Exception {
        FakeRpcServers.FakeRpcServer server = lend("m");
        RpcLink link = open("m");

        server.end(137);

        assertThat(lost(link)).contains("closed by its other end");
    }

    @Test
    void closesTheMembersSideWhenTheLinkIsClosed() throws Exception {
        lend("m");
        RpcLink link = open("m");
        try (Socket head = connect(link);
                Socket server = rpcServer.accept()) {
            head.getOutputStream().write(1);
            assertThat(server.getInputStream().read()).isEqualTo(1);

            link.close();

            assertThat(server.getInputStream().read()).isEqualTo(-1);
            assertThat(head.getInputStream().read()).isEqualTo(-1);
            Awaitility.await().until(() -> !isLinked("m"));
            assertThatThrownBy(() -> connect(link)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void servesAHeadThatConnectsOneTimeAfterTheOther() throws Exception {
        lend("m");
        RpcLink link = open("m");

        for (int time = 0; time < 20; time++) {
            try (Socket head = connect(link);
                    Socket server = rpcServer.accept()) {
                head.getOutputStream().write(time);
                assertThat(server.getInputStream().read()).isEqualTo(time);
                hangUp(head);
                assertThat(server.getInputStream().read()).isEqualTo(-1);
            }
        }
        assertThat(link.lost().timeout(Duration.ofMillis(200), Mono.just("not lost")).block())
                .isEqualTo("not lost");
    }

    @Test
    void refusesAMemberThatIsNotLentOrTakenOrNotYours() {
        assertRefused("nobody", true, "404", "not lent by this agent");

        lend("m");
        RpcLink first = open("m");
        assertRefused("m", true, "409", "one link at a time");
        first.close();
        Awaitility.await().until(() -> !isLinked("m"));
        open("m").close();

        try (HttpRpcLinks stranger = new HttpRpcLinks(TOKEN, new AgentId("stranger"))) {
            assertThatThrownBy(() -> stranger.open(stage("m")).block(PATIENCE))
                    .hasMessageContaining("403")
                    .hasMessageContaining("agent stranger (expected: agent head");
        }
        try (HttpRpcLinks wrong = new HttpRpcLinks(token("wrong"), HEAD)) {
            assertThatThrownBy(() -> wrong.open(stage("m")).block(PATIENCE))
                    .hasMessageContaining("401")
                    .hasMessageContaining("cluster's token");
        }
    }

    @Test
    void refusesAMemberWhoseRpcServerIsNotThere() throws IOException {
        members.start(Wanted.member("loading"));
        assertRefused("loading", true, "502", "does not listen yet");

        FakeRpcServers.FakeRpcServer server = lend("m");
        rpcServer.close();
        assertRefused("m", true, "502", "expected: one that listens");
        assertThat(isLinked("m")).isFalse();

        server.end(137);
        assertRefused("m", false, "410", "exit code 137");
    }

    @Test
    void saysThatAnAgentIsNotThere() {
        agent.disposeNow();

        assertRefused("m", true, "refused", "127.0.0.1");
    }

    @Test
    void losesALinkWhoseAgentDoesNotAnswerAnyMore() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
                HttpRpcLinks watching =
                        new HttpRpcLinks(
                                TOKEN,
                                HEAD,
                                new Pings(Duration.ofMillis(50), Duration.ofMillis(200)))) {
            var answering =
                    threads.submit(
                            () -> {
                                Socket first = silent.accept();
                                first.getOutputStream()
                                        .write(
                                                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: caravan-rpc\r\nConnection: upgrade\r\n\r\n"
                                                        .getBytes(US_ASCII));
                                return first;
                            });
            Stage stage =
                    new Stage(
                            new AgentId("other"),
                            "http://127.0.0.1:" + silent.getLocalPort(),
                            Optional.of(new MemberId("m")),
                            4);
            RpcLink link = Objects.requireNonNull(watching.open(stage).block(PATIENCE));

            try (Socket head = connect(link);
                    Socket tunnel = answering.get(10, TimeUnit.SECONDS)) {
                assertThat(lost(link)).contains("no answer to 3 calls");
                assertThat(head.getInputStream().read()).isEqualTo(-1);
                assertThat(tunnel.isClosed()).isFalse();
            }
        }
    }

    private void assertRefused(String member, boolean mayCome, String... texts) {
        assertThatThrownBy(() -> links.open(stage(member)).block(PATIENCE))
                .isInstanceOfSatisfying(
                        LinkRefused.class,
                        refused -> assertThat(refused.mayCome()).isEqualTo(mayCome))
                .message()
                .contains(texts);
    }

    @Test
    void endsItsLinksWhenTheAgentEnds() throws Exception {
        lend("m");
        RpcLink link = open("m");
        try (Socket head = connect(link);
                Socket server = rpcServer.accept()) {
            head.getOutputStream().write(1);
            assertThat(server.getInputStream().read()).isEqualTo(1);

            linkServer.close();

            assertThat(server.getInputStream().read()).isEqualTo(-1);
            assertThat(head.getInputStream().read()).isEqualTo(-1);
            assertThat(lost(link)).isNotNull();
        }
    }
}
