package dev.caravan.gateway.adapter.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.ReplicaSnapshot;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.RunRequest;
import dev.caravan.core.run.SamplingOptions;
import dev.caravan.gateway.app.LoadBoard;
import dev.caravan.gateway.app.Loaded;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpResources;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;

class HttpReplicasTest {

    private static final String ANSWER =
            """
            {"seq":0,"text":"word","ids":[1],"idsComplete":true}
            {"end":{"reason":"stop","promptTokens":1,"cachedTokens":0,"promptMillis":1,"answerTokens":1,"answerMillis":1}}
            """;

    private static final ModelRef NAME = ModelRef.parse("toy").orElseThrow();
    private static final ModelDigest DIGEST = new ModelDigest("a".repeat(64));

    @Test
    void anAnswerCrossesNoThreadAndConnectionsAreUsedAgain() {
        AtomicInteger opened = new AtomicInteger();
        ConnectionProvider connections = AgentHttp.connections();
        DisposableServer agent =
                HttpServer.create()
                        .host("127.0.0.1")
                        .port(0)
                        .doOnChannelInit((_, _, _) -> opened.incrementAndGet())
                        .handle((_, response) -> response.sendString(Mono.just(ANSWER)))
                        .bindNow();
        try {
            HttpReplicas replicas =
                    new HttpReplicas(
                            AgentHttp.client(connections, "Bearer x"),
                            new LoadBoard(Schedulers.parallel()),
                            Duration.ofSeconds(10),
                            Schedulers.parallel());
            List<EventLoop> loops = eventLoops();
            List<String> threads = new ArrayList<>();
            List<String> expected = new ArrayList<>();
            for (int round = 0; round < 3; round++) {
                for (EventLoop loop : loops) {
                    expected.add(
                            loop.submit(() -> Thread.currentThread().getName())
                                    .syncUninterruptibly()
                                    .getNow());
                    threads.add(
                            Flux.defer(() -> replicas.run(target(agent.port()), request()))
                                    .map(_ -> Thread.currentThread().getName())
                                    .subscribeOn(Schedulers.fromExecutor(loop))
                                    .blockLast(Duration.ofSeconds(10)));
                }
            }

            assertThat(threads).isEqualTo(expected);
            assertThat(opened).hasValue(loops.size());
        } finally {
            agent.disposeNow();
            connections.dispose();
        }
    }

    private static List<EventLoop> eventLoops() {
        EventLoopGroup group = HttpResources.get().onServer(true);
        return IntStream.range(0, 16).mapToObj(_ -> group.next()).distinct().toList();
    }

    private static Loaded target(int port) {
        AgentId agent = new AgentId("agent");
        return new Loaded(
                new ReplicaSnapshot(
                        new ReplicaId("r-1"), agent, NAME, DIGEST, 512, 4, Continuation.FLUENT),
                new AgentSnapshot(
                        agent, "host", "http://127.0.0.1:" + port, AgentSnapshot.Verdict.READY));
    }

    private static RunRequest request() {
        return new RunRequest(
                "request",
                NAME,
                DIGEST,
                new Prompt.Raw("a prompt"),
                SamplingOptions.DEFAULTS,
                512,
                new KeepAlive.Unset());
    }
}
