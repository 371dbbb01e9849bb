package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ModelDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Schedulers;

/**
 * Runs the {@link Desk} on one thread and carries out what it decides. Whatever comes in - a
 * demand, a report, an agent's answer, a tick - is put on that thread, so nothing else needs a
 * lock; whoever waits for a load is an entry in a list, not a thread.
 */
public final class Coordinator implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Coordinator.class);

    /** Leadership, deadlines and retries are looked at this often. */
    private static final Duration TICK = Duration.ofMillis(250);

    private static final Duration COPIES_TIMEOUT = Duration.ofSeconds(1);

    private final Desk desk;
    private final Ports ports;
    private final InstantSource clock;
    private final Errands errands;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("decisions").factory());
    private final Disposable.Composite ticks = Disposables.composite();
    private final WaitingAskers waiting = new WaitingAskers();
    private OptionalLong term = OptionalLong.empty();
    private Census census = Census.EMPTY;

    public Coordinator(
            Settings settings, Ports ports, InstantSource clock, Supplier<ReplicaId> newIds) {
        this.desk = new Desk(settings, newIds);
        this.ports = ports;
        this.clock = clock;
        this.errands = new Errands(desk, ports, clock, this::post);
    }

    public void start() {
        ticks.add(
                Flux.interval(Duration.ZERO, TICK)
                        .onBackpressureDrop()
                        .subscribe(_ -> post(() -> {})));
    }

    /** The outcome of the load this demand leads to, whenever it comes; leaving costs nothing. */
    public Mono<LoadOutcome> load(Demand demand) {
        return Mono.<LoadOutcome>create(
                        sink ->
                                onThread(
                                        () ->
                                                ports.timer()
                                                        .time(() -> turn(() -> ask(demand, sink)))))
                .publishOn(Schedulers.parallel());
    }

    private void ask(Demand demand, MonoSink<LoadOutcome> sink) {
        if (!demand.avoided().isEmpty()) {
            log.atInfo()
                    .addKeyValue("model", demand.model())
                    .addKeyValue("replicas", demand.avoided())
                    .log("replicas failed a gateway; asking their agents");
        }
        switch (desk.ask(demand, clock.millis())) {
            case Asked.Settled(var outcome) -> sink.success(outcome);
            case Asked.Joined(var load) -> {
                waiting.join(load, sink);
                sink.onCancel(() -> post(() -> waiting.leave(load, sink)));
            }
        }
    }

    /** Ends all replicas of a model; false where another scheduler decides. */
    public Mono<Boolean> unload(ModelDigest digest) {
        return ask(
                decisions -> {
                    decisions.unload(digest);
                    return decisions.isLeading();
                });
    }

    /** What a load would do; nothing is done. */
    public Mono<PlanAnswer> plan(PlanQuery query) {
        return ask(decisions -> decisions.plan(query, clock.millis()));
    }

    /** An answer by the decisions' thread, given on another. */
    <T> Mono<T> ask(Function<Desk, T> question) {
        return Mono.<T>create(sink -> post(() -> answer(sink, question)))
                .publishOn(Schedulers.parallel());
    }

    private <T> void answer(MonoSink<T> sink, Function<Desk, T> question) {
        try {
            sink.success(question.apply(desk));
        } catch (RuntimeException wrong) {
            sink.error(wrong);
        }
    }

    /** An agent spoke for itself. */
    public void said(AgentStatus status) {
        post(() -> desk.said(status));
    }

    public void expired(AgentStatus status, ReplicaId replica) {
        post(
                () -> {
                    desk.said(status);
                    desk.expired(status.id(), replica, clock.millis());
                });
    }

    public void stopping(AgentStatus status) {
        post(() -> desk.stopping(status.id(), status.startedAt()));
    }

    /** The health service wrote of an agent. */
    public void recorded(AgentStatus status) {
        post(() -> desk.recorded(status));
    }

    /** All that the health service has written. */
    public void recorded(AgentSources.Records records) {
        post(
                () -> {
                    records.agents().forEach(desk::recorded);
                    desk.listed(records.listed());
                });
    }

    /** All ways to hear of agents were tried once. */
    public void introduced() {
        post(desk::introduced);
    }

    public Mono<List<String>> knownAddresses() {
        return ask(Desk::addresses);
    }

    private void post(Runnable change) {
        onThread(() -> turn(change));
    }

    private void onThread(Runnable task) {
        if (!thread.isShutdown()) {
            thread.execute(task);
        }
    }

    private void turn(Runnable change) {
        try {
            followTerm();
            change.run();
            carryOut(desk.settle(clock.millis()));
            ports.epochSeen().accept(desk.highestEpoch());
            errands.run();
            count();
        } catch (RuntimeException defect) {
            log.atError().setCause(defect).log("decision failed");
        }
    }

    private void count() {
        Census next = desk.census(clock.millis());
        if (!next.equals(census)) {
            if (!next.leftOut().equals(census.leftOut())) {
                errands.tell(next.leftOut());
            }
            census = next;
            ports.counts().accept(next);
        }
    }

    private void followTerm() {
        OptionalLong now = ports.term().epoch();
        if (now.equals(term)) {
            return;
        }
        boolean goesOn = term.isPresent() && now.isPresent() && desk.isLeading();
        term = now;
        if (goesOn) {
            desk.leadOn(now.getAsLong());
            return;
        }
        errands.forgetView();
        desk.resign();
        now.ifPresent(this::begin);
    }

    private void begin(long epoch) {
        ports.copies()
                .read(desk.agentIds())
                .timeout(COPIES_TIMEOUT)
                .onErrorReturn(Map.of())
                .subscribe(copies -> post(() -> lead(epoch, copies)));
    }

    private void lead(long epoch, Map<AgentId, DesiredState> copies) {
        if (term.isPresent() && term.getAsLong() == epoch) {
            desk.lead(epoch, copies);
        }
    }

    private void carryOut(Work work) {
        errands.run(work);
        work.settled().forEach(waiting::answer);
    }

    /** Answers all who wait, then ends. */
    @Override
    public void close() {
        ticks.dispose();
        thread.execute(
                () -> {
                    desk.resign();
                    carryOut(desk.settle(clock.millis()));
                });
        thread.shutdown();
    }
}
