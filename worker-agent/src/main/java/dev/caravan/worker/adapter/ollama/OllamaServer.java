package dev.caravan.worker.adapter.ollama;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import dev.caravan.worker.app.engine.AdoptedEngine;
import dev.caravan.worker.app.engine.EngineEnd;
import dev.caravan.worker.app.engine.RunningEngine;
import dev.caravan.worker.app.engine.WantedEngine;
import dev.caravan.worker.app.store.BlobDigest;
import dev.caravan.worker.app.store.ModelMaker;
import dev.caravan.worker.app.store.ModelNames;
import dev.caravan.worker.app.store.ModelStore;
import dev.caravan.worker.app.store.ModelViewer;
import dev.caravan.worker.app.store.StoredModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/**
 * An Ollama server, one that was there already or one of this agent's. It is asked on a timer what
 * it has and what it has loaded, since others change both without telling; one that does not answer
 * twice in a row is away, with its models, until it answers again. {@link #start} before use,
 * {@link #close} at the end, which unloads what was loaded for this agent.
 */
public final class OllamaServer implements AdoptedEngine, ModelStore, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(OllamaServer.class);

    static final String KIND = "ollama";

    /** The first look; a server with hundreds of models is told of a little later. */
    private static final Duration FIRST_LOOK = Duration.ofSeconds(10);

    private static final Duration LAST_WORDS = Duration.ofSeconds(3);
    private static final Duration SOON = Duration.ofMillis(200);
    private static final int MISSES = 2;

    private final OllamaHost host;
    private final OllamaProperties properties;
    private final Duration loadTimeout;
    private final OllamaHttp http;
    private final Inventory inventory;
    private final OllamaViewer viewer;
    private final OllamaReplicas replicas = new OllamaReplicas();
    private final Sinks.Many<List<StoredModel>> changes =
            Sinks.many().multicast().directBestEffort();
    private final Disposable.Swap timer = Disposables.swap();
    private final Disposable.Swap again = Disposables.swap();

    private volatile Seen seen;
    private volatile boolean here;
    private int misses;

    /** What is known of the server. */
    private record Seen(String version, List<StoredModel> models, Optional<String> fault) {}

    OllamaServer(OllamaHost host, OllamaProperties properties, Duration loadTimeout) {
        this.host = host;
        this.properties = properties;
        this.loadTimeout = loadTimeout;
        this.http = new OllamaHttp(host::url);
        this.inventory = new Inventory(http);
        this.viewer = new OllamaViewer(http);
        this.seen = new Seen("", List.of(), Optional.of("not asked yet"));
    }

    /**
     * Looks once, which blocks for as long as the server takes but not for long, then on a timer.
     */
    public void start() {
        here = host.isHere();
        host.start(new Life());
        Mono<?> first = awaited().cache();
        first.timeout(FIRST_LOOK).onErrorComplete().block();
        timer.update(
                first.then(
                                look().delaySubscription(
                                                properties.refresh(), Schedulers.parallel())
                                        .repeat()
                                        .then())
                        .subscribe());
    }

    /** Ends after a look of its own, also where that finds nobody. */
    public Mono<Void> refreshed() {
        return look().then();
    }

    /** Lets go of what was loaded for this agent under a name that is about to be deleted. */
    Mono<Void> release(ModelRef name) {
        return replicas.release(name);
    }

    /** A look, and where it can be waited for, as many as it takes. */
    private Mono<Inventory.Found> awaited() {
        return look().repeatWhenEmpty(
                        again -> again.takeWhile(_ -> host.isStarting()).delayElements(SOON));
    }

    private Mono<Inventory.Found> look() {
        return host.reachable()
                .then(Mono.defer(inventory::look))
                .doOnNext(this::answered)
                .doOnError(this::missed)
                .onErrorComplete();
    }

    private synchronized void answered(Inventory.Found found) {
        misses = 0;
        host.answered();
        take(new Seen(found.version(), found.models(), Optional.empty()));
        replicas.seen(found);
    }

    private synchronized void missed(Throwable failure) {
        boolean known = seen.fault().isEmpty();
        misses++;
        String fault = host.missed(failure);
        if (!known || misses >= MISSES) {
            away(new EngineEnd(0, fault));
        }
    }

    private void away(EngineEnd end) {
        take(new Seen(seen.version(), List.of(), Optional.of(end.description())));
        replicas.lost(end);
    }

    /** What is seen of a server that this agent starts. */
    private final class Life implements OllamaHost.Watcher {

        @Override
        public void ended(EngineEnd end) {
            synchronized (OllamaServer.this) {
                away(end);
            }
        }

        @Override
        public void again() {
            again.update(awaited().subscribe());
        }
    }

    private void take(Seen next) {
        Seen before = seen;
        seen = next;
        if (before.fault().isPresent() != next.fault().isPresent()) {
            log.atInfo()
                    .addKeyValue("url", host.shown())
                    .addKeyValue("version", next.version())
                    .addKeyValue("models", next.models().size())
                    .addKeyValue("fault", next.fault().orElse("none"))
                    .log(next.fault().isPresent() ? "ollama is away" : "ollama adopted");
        }
        if (!before.models().equals(next.models())) {
            changes.tryEmitNext(next.models());
        }
    }

    @Override
    public Status status() {
        Seen now = seen;
        return new Status(KIND, host.shown(), now.version(), properties.slots(), here, now.fault());
    }

    @Override
    public RunningEngine load(WantedEngine wanted, StoredModel model) {
        Seen now = seen;
        now.fault()
                .ifPresent(
                        fault -> {
                            throw new CaravanException(FaultCode.LOAD_FAILED, fault);
                        });
        OllamaReplica replica =
                new OllamaReplica(
                        wanted,
                        http,
                        watch(),
                        KIND + " " + now.version(),
                        loadTimeout,
                        model,
                        replicas::succeed);
        replicas.add(replica);
        return replica;
    }

    private AnswerWatch watch() {
        return new AnswerWatch(
                host.url(), inventory.version(), properties.stall(), Schedulers.parallel());
    }

    @Override
    public List<StoredModel> list() {
        return seen.models();
    }

    @Override
    public Flux<List<StoredModel>> changes() {
        return changes.asFlux();
    }

    /** Nothing is put there. */
    @Override
    public long freeBytes() {
        return 0;
    }

    public ModelNames names() {
        return new OllamaNames(this, http);
    }

    /**
     * @param blobs files of the agent's own store, where uploads come to
     */
    public ModelMaker maker(Function<BlobDigest, Mono<Path>> blobs) {
        return new OllamaMaker(this, http, blobs);
    }

    public ModelViewer viewer() {
        return viewer;
    }

    /** Blocks for a moment. */
    @Override
    public void close() {
        timer.dispose();
        again.dispose();
        replicas.stop(LAST_WORDS).block();
        host.close();
    }
}
