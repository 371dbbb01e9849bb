package dev.caravan.worker.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.wire.ReplicaLoad;
import dev.caravan.wire.Routes;
import dev.caravan.wire.SlotsLine;
import dev.caravan.wire.WireJson;
import dev.caravan.worker.app.engine.EngineSupervisor;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/**
 * The slots as they are, then each change, for as long as the reader stays. Snapshots in between
 * let a dead connection be noticed.
 */
@RestController
public final class SlotsController {

    private static final Duration HEARTBEAT = Duration.ofSeconds(5);

    private final EngineSupervisor supervisor;
    private final String agentId;
    private final Sinks.Empty<Void> closing = Sinks.empty();

    public SlotsController(EngineSupervisor supervisor, String agentId) {
        this.supervisor = supervisor;
        this.agentId = agentId;
    }

    @GetMapping(Routes.SLOTS)
    public Mono<Void> slots(ServerHttpResponse response) {
        response.getHeaders().setContentType(MediaType.APPLICATION_NDJSON);
        return response.writeAndFlushWith(lines().map(line -> Mono.just(buffer(response, line))));
    }

    /** Ends all streams: they would hold up the shutdown, which waits for what is running. */
    public void close() {
        closing.tryEmitEmpty();
    }

    private Flux<SlotsLine> lines() {
        return Flux.defer(
                () -> {
                    Told told = new Told();
                    Flux<SlotsLine> changes =
                            supervisor
                                    .changes()
                                    .signals()
                                    .publishOn(Schedulers.parallel(), 1)
                                    .concatMapIterable(_ -> told.changes());
                    Flux<SlotsLine> snapshots =
                            Flux.interval(Duration.ZERO, HEARTBEAT)
                                    .onBackpressureDrop()
                                    .map(_ -> told.snapshot());
                    return Flux.merge(snapshots, changes).takeUntilOther(closing.asMono());
                });
    }

    private static DataBuffer buffer(ServerHttpResponse response, SlotsLine line) {
        return response.bufferFactory()
                .wrap((WireJson.mapper().writeValueAsString(line) + "\n").getBytes(UTF_8));
    }

    /** What one reader knows. */
    private final class Told {

        private final Map<String, ReplicaLoad> known = new HashMap<>();

        synchronized SlotsLine snapshot() {
            List<ReplicaLoad> now = Loads.all(supervisor);
            known.clear();
            now.forEach(load -> known.put(load.replicaId(), load));
            return new SlotsLine(SlotsLine.SNAPSHOT, agentId, now);
        }

        /** At most one line; a replica that is gone can only be told by a snapshot. */
        synchronized List<SlotsLine> changes() {
            List<ReplicaLoad> now = Loads.all(supervisor);
            var here = now.stream().map(ReplicaLoad::replicaId).collect(Collectors.toSet());
            if (!here.containsAll(known.keySet())) {
                return List.of(snapshot());
            }
            List<ReplicaLoad> changed =
                    now.stream()
                            .filter(load -> !load.equals(known.put(load.replicaId(), load)))
                            .toList();
            return changed.isEmpty()
                    ? List.of()
                    : List.of(new SlotsLine(SlotsLine.CHANGE, agentId, changed));
        }
    }
}
