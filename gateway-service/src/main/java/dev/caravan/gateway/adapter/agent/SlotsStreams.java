package dev.caravan.gateway.adapter.agent;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot;
import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.gateway.app.LoadBoard;
import dev.caravan.gateway.app.Sightings;
import dev.caravan.gateway.app.Views;
import dev.caravan.wire.ReplicaLoad;
import dev.caravan.wire.Routes;
import dev.caravan.wire.SlotsLine;
import dev.caravan.wire.WireJson;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.netty.http.client.HttpClient;
import reactor.util.retry.Retry;

/** Keeps one slots stream to each agent of the view, and tells the {@link LoadBoard}. */
public final class SlotsStreams {

    /** Agents send a line at least every 10 s. */
    private static final Duration SILENCE = Duration.ofSeconds(25);

    private static final Duration SOONEST_RETRY = Duration.ofMillis(100);
    private static final Duration LATEST_RETRY = Duration.ofSeconds(2);

    private record Stream(String address, Disposable connection) {}

    private final HttpClient http;
    private final Views views;
    private final LoadBoard loads;
    private final Scheduler scheduler;
    private final Sightings sightings;
    private final SilenceGuard silence;
    private final Map<AgentId, Stream> streams = new HashMap<>();
    private final Disposable.Swap following = Disposables.swap();

    public SlotsStreams(
            HttpClient http,
            Views views,
            LoadBoard loads,
            Scheduler scheduler,
            Sightings sightings) {
        this.http = http;
        this.views = views;
        this.loads = loads;
        this.scheduler = scheduler;
        this.sightings = sightings;
        this.silence = new SilenceGuard(SILENCE, scheduler);
    }

    public void start() {
        following.update(views.updates().publishOn(scheduler).subscribe(this::follow));
    }

    public void stop() {
        following.dispose();
        follow(ClusterView.EMPTY);
    }

    private synchronized void follow(ClusterView view) {
        Map<AgentId, AgentSnapshot> wanted =
                view.agents().stream()
                        .collect(Collectors.toMap(AgentSnapshot::id, Function.identity()));
        streams.entrySet()
                .removeIf(
                        entry -> {
                            Stream stream = entry.getValue();
                            AgentSnapshot agent = wanted.get(entry.getKey());
                            boolean stale =
                                    agent == null || !stream.address().equals(agent.address());
                            if (stale) {
                                stream.connection().dispose();
                                loads.forget(entry.getKey());
                            }
                            return stale;
                        });
        wanted.forEach(
                (id, agent) ->
                        streams.computeIfAbsent(
                                id, absent -> new Stream(agent.address(), connect(agent))));
    }

    private Disposable connect(AgentSnapshot to) {
        AgentId agent = to.id();
        return silence.guard(Flux.defer(() -> lines(to.address())), "slots of agent " + agent)
                .concatWith(Mono.error(() -> new IllegalStateException("slots stream ended")))
                .doOnNext(line -> told(agent, line))
                .doOnTerminate(() -> loads.forget(agent))
                .doOnError(fault -> sightings.saw(to, kind(fault)))
                .retryWhen(
                        Retry.backoff(Long.MAX_VALUE, SOONEST_RETRY)
                                .maxBackoff(LATEST_RETRY)
                                .transientErrors(true)
                                .scheduler(scheduler))
                .subscribe();
    }

    /** Lines come however idle the agent is. */
    private static Sightings.Kind kind(Throwable fault) {
        boolean silent =
                fault instanceof CaravanException known
                        && known.code() == FaultCode.UPSTREAM_TIMEOUT;
        return silent
                ? Sightings.Kind.SILENT
                : Sightings.Kind.of(fault).orElse(Sightings.Kind.BROKEN);
    }

    private Flux<SlotsLine> lines(String address) {
        return http.get()
                .uri(address + Routes.SLOTS)
                .response(
                        (response, content) ->
                                response.status().code() == 200
                                        ? parsed(content)
                                        : Mono.error(
                                                new IllegalStateException(
                                                        "answered " + response.status())));
    }

    private static Flux<SlotsLine> parsed(Flux<ByteBuf> content) {
        LineSplitter splitter = new LineSplitter();
        return content.concatMapIterable(
                buffer -> {
                    List<SlotsLine> lines = new ArrayList<>(1);
                    splitter.feed(buffer, line -> lines.add(parsed(line)));
                    return lines;
                });
    }

    private static SlotsLine parsed(LineSplitter.Line line) {
        return WireJson.mapper()
                .readValue(line.bytes(), line.offset(), line.length(), SlotsLine.class);
    }

    private void told(AgentId agent, SlotsLine line) {
        Map<ReplicaId, Integer> busy =
                line.replicas().stream()
                        .collect(
                                Collectors.toMap(
                                        load -> new ReplicaId(load.replicaId()),
                                        ReplicaLoad::busy,
                                        Math::max));
        switch (line.type()) {
            case SlotsLine.SNAPSHOT -> loads.snapshot(agent, busy);
            case SlotsLine.CHANGE -> loads.change(agent, busy);
            default -> {}
        }
    }
}
