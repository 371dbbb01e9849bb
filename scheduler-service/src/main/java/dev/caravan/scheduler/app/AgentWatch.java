package dev.caravan.scheduler.app;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Keeps the {@link Coordinator} told of agents in the ways that need asking: what the health
 * service wrote, at each change and again every two seconds for what was missed; and agents that
 * discovery names but nobody has written of, so that a lost Redis or health service does not make
 * the cluster look smaller than it is.
 */
public final class AgentWatch implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(AgentWatch.class);
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    /** A source that is slower than this does not hold up the first view. */
    private static final Duration ROUND_TIMEOUT = Duration.ofSeconds(3);

    private final AgentSources sources;
    private final Coordinator coordinator;
    private final Disposable.Composite running = Disposables.composite();

    public AgentWatch(AgentSources sources, Coordinator coordinator) {
        this.sources = sources;
        this.coordinator = coordinator;
    }

    public void start() {
        running.add(
                sources.changes()
                        .subscribe(
                                coordinator::recorded,
                                failure -> log.atError().setCause(failure).log("changes ended")));
        running.add(
                Flux.interval(Duration.ZERO, INTERVAL)
                        .onBackpressureDrop()
                        .concatMap(_ -> round(), 1)
                        .subscribe(
                                _ -> {},
                                failure -> log.atError().setCause(failure).log("watch ended")));
    }

    private Mono<Void> round() {
        return records()
                .then(coordinator.knownAddresses())
                .flatMapMany(sources::askOthers)
                .doOnNext(coordinator::said)
                .then()
                .timeout(ROUND_TIMEOUT)
                .doOnError(failure -> log.atDebug().setCause(failure).log("round broke off"))
                .onErrorComplete()
                .doOnTerminate(coordinator::introduced);
    }

    /** Redis may be away; the agents are asked all the same. */
    private Mono<Void> records() {
        return sources.records().doOnNext(coordinator::recorded).then().onErrorComplete();
    }

    @Override
    public void close() {
        running.dispose();
    }
}
