package dev.caravan.worker.config;

import dev.caravan.worker.adapter.host.SampledMemory;
import dev.caravan.worker.adapter.link.LinkServer;
import dev.caravan.worker.adapter.llamacpp.LlamaCppEngines;
import dev.caravan.worker.adapter.neighbours.EventPusher;
import dev.caravan.worker.api.SlotsController;
import dev.caravan.worker.app.engine.EngineSupervisor;
import dev.caravan.worker.app.engine.Replica;
import dev.caravan.worker.app.engine.ReplicaChanges;
import dev.caravan.worker.app.event.AgentEvents;
import dev.caravan.worker.app.group.MemberSupervisor;
import dev.caravan.worker.app.run.Runs;
import dev.caravan.worker.app.status.AgentIdentity;
import dev.caravan.worker.app.store.ModelStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import reactor.core.publisher.Mono;

/** What the agent does by itself between its start and its end. */
final class WorkerLife implements AutoCloseable, ReplicaChanges.Listener {

    private static final Logger log = LoggerFactory.getLogger(WorkerLife.class);

    private static final Duration EXPIRY_CHECK = Duration.ofSeconds(1);
    private static final Duration SAMPLE = Duration.ofSeconds(1);
    private static final Duration LOOK = Duration.ofSeconds(10);

    /** The control plane sees the end anyway, a little later. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final EngineSupervisor supervisor;
    private final MemberSupervisor members;
    private final LinkServer links;
    private final LlamaCppEngines engines;
    private final AdoptedOllama ollama;
    private final SampledMemory memory;
    private final ModelStore store;
    private final EventPusher events;
    private final Runs runs;
    private final Duration drain;
    private final SlotsController slots;
    private final WorkerMetrics metrics;
    private final String agent;
    private final ScheduledExecutorService control;

    /** Apart from control: a first look for an engine takes seconds. */
    private final ScheduledExecutorService looking =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("host").factory());

    WorkerLife(
            ScheduledExecutorService control,
            EngineSupervisor supervisor,
            MemberSupervisor members,
            LinkServer links,
            LlamaCppEngines engines,
            AdoptedOllama ollama,
            SampledMemory memory,
            ModelStore store,
            EventPusher events,
            Runs runs,
            Duration drain,
            SlotsController slots,
            WorkerMetrics metrics,
            AgentIdentity identity) {
        this.control = control;
        this.supervisor = supervisor;
        this.members = members;
        this.links = links;
        this.engines = engines;
        this.ollama = ollama;
        this.memory = memory;
        this.store = store;
        this.events = events;
        this.runs = runs;
        this.drain = drain;
        this.slots = slots;
        this.metrics = metrics;
        this.agent = identity.agent().value();
    }

    @EventListener
    void onReady(ApplicationReadyEvent ready) {
        repeat(looking, engines::look, LOOK);
        supervisor.changes().listen(this);
        repeat(looking, this::sampleMemory, SAMPLE);
        repeat(looking, metrics::refresh, SAMPLE);
        repeat(control, supervisor::expireIdle, EXPIRY_CHECK);
        repeat(control, members::endKept, EXPIRY_CHECK);
        store.changes().subscribe(_ -> events.tell(AgentEvents.Kind.STORE_CHANGED, agent, ""));
        events.pushWhenKnown(AgentEvents.Kind.AGENT_STARTED, agent).subscribe();
    }

    private void sampleMemory() {
        memory.sample(
                Stream.of(supervisor.processIds(), members.processIds())
                        .flatMap(List::stream)
                        .toList());
    }

    /** The report that tells of a new replica tells its memory too. */
    @Override
    public void loaded(Replica replica, Duration took) {
        sampleMemory();
    }

    @Override
    public void crashed(Replica replica) {
        sampleMemory();
    }

    /** One that fails is tried again in its turn; an executor would drop it. */
    private static void repeat(ScheduledExecutorService on, Runnable task, Duration every) {
        var _ =
                on.scheduleWithFixedDelay(
                        () -> {
                            try {
                                task.run();
                            } catch (RuntimeException failed) {
                                log.atError().setCause(failed).log("periodic task failed");
                            }
                        },
                        0,
                        every.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    /** Before the web server stops: it waits for what is running, and streams run for ever. */
    @EventListener
    void onClosing(ContextClosedEvent closing) {
        ApplicationContext closed = closing.getApplicationContext();
        if (closed.getParent() == null) {
            events.push(AgentEvents.Kind.AGENT_STOPPING, agent, "")
                    .timeout(LAST_WORDS, Mono.empty())
                    .block();
            drain();
            slots.close();
            // an engine that ends now is to be started again with the agent
            supervisor.close();
            ollama.end();
            links.close();
        }
    }

    private void drain() {
        int going = runs.going();
        if (going > 0) {
            log.atInfo()
                    .addKeyValue("answers", going)
                    .addKeyValue("most", drain)
                    .log("draining: no new answers, those that run may end");
        }
        runs.drain(drain, links::isBusy).block();
    }

    @Override
    public void close() {
        looking.shutdownNow();
    }
}
