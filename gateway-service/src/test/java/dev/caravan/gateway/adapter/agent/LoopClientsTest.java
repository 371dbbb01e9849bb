package dev.caravan.gateway.adapter.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;
import reactor.util.context.Context;

class LoopClientsTest {

    private final DisposableServer server =
            HttpServer.create()
                    .host("127.0.0.1")
                    .handle((_, response) -> response.sendString(Mono.just("well")))
                    .bindNow();
    private final LoopResources loops = LoopResources.create("test", 3, true);
    private final ConnectionProvider connections = AgentHttp.connections();
    private final LoopClients clients = new LoopClients(AgentHttp.client(connections, "Bearer x"));

    @AfterEach
    void close() {
        connections.dispose();
        loops.dispose();
        server.disposeNow();
    }

    @Test
    void connectionsStayOnTheEventLoopOfTheirRequest() {
        List<EventLoop> asked = new ArrayList<>();
        List<EventLoop> used = new ArrayList<>();
        for (int n = 0; n < 6; n++) {
            EventLoop loop = loops.onClient(true).next();
            asked.add(loop);
            used.add(ask(Context.of(EventLoop.class, loop)));
        }

        assertThat(used).isEqualTo(asked);
        assertThat(new HashSet<>(asked)).hasSize(3);
    }

    @Test
    void anyWillDoForARequestWithoutOne() {
        assertThat(ask(Context.empty())).isNotNull();
    }

    private EventLoop ask(Context context) {
        AtomicReference<Channel> channel = new AtomicReference<>();
        clients.of(context)
                .doOnRequest((_, connection) -> channel.set(connection.channel()))
                .get()
                .uri("http://127.0.0.1:" + server.port())
                .responseContent()
                .aggregate()
                .block();
        return Objects.requireNonNull(channel.get()).eventLoop();
    }
}
