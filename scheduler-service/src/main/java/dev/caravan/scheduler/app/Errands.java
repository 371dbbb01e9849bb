package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what the {@link Desk} decided: tells agents, writes views and copies down, asks and
 * sends; what comes back is put on the decisions' thread again. Called from that thread alone.
 */
final class Errands {

    private static final Logger log = LoggerFactory.getLogger(Errands.class);

    /** A view that Redis lost is back after this long. */
    private static final Duration RESEND = Duration.ofSeconds(2);

    private final Desk desk;
    private final Ports ports;
    private final InstantSource clock;
    private final Consumer<Runnable> post;
    private Optional<Work.Publication> lastView = Optional.empty();
    private long lastSent;

    /**
     * @param post puts a change on the decisions' thread
     */
    Errands(Desk desk, Ports ports, InstantSource clock, Consumer<Runnable> post) {
        this.desk = desk;
        this.ports = ports;
        this.clock = clock;
        this.post = post;
    }

    /** Another leader may have written a newer one by now. */
    void forgetView() {
        lastView = Optional.empty();
    }

    /** Does what is due beside decisions: policies, files, questions. */
    void run() {
        spreadPolicies();
        desk.dueCopies().forEach(this::copy);
        desk.dueProbes(clock.millis()).forEach(this::probe);
    }

    void tell(Map<AgentId, LeftOut> leftOut) {
        log.atWarn().addKeyValue("agents", leftOut).log("agents left out of plans");
        ports.leftOut().write(leftOut).subscribe(_ -> {}, failure -> repeats("left out", failure));
    }

    private void probe(Doubts.Probe probe) {
        ports.reports()
                .ask(probe.address())
                .subscribe(
                        status ->
                                post.accept(
                                        () -> desk.probed(probe.agent(), status, clock.millis())),
                        failure -> post.accept(() -> probeMissed(probe, failure)));
    }

    private void probeMissed(Doubts.Probe probe, Throwable failure) {
        log.atWarn()
                .addKeyValue("agent", probe.agent())
                .addKeyValue("address", probe.address())
                .addKeyValue("reason", failure.toString())
                .log("an agent whose replica failed a gateway does not answer");
        desk.probeMissed(probe.agent(), clock.millis());
    }

    private void spreadPolicies() {
        for (PolicyDesk.Due due : desk.duePolicies(clock.millis())) {
            ports.policies()
                    .offer(due.address(), due.model(), due.policy())
                    .subscribe(_ -> {}, failure -> repeats("policy", failure));
        }
    }

    private void copy(CopyOrder order) {
        log.atInfo()
                .addKeyValue("agent", order.agent())
                .addKeyValue("model", order.model())
                .addKeyValue("holders", order.holders())
                .log("telling an agent to take a model over");
        ports.files()
                .copy(order)
                .subscribe(
                        progress -> post.accept(() -> desk.copyAdvanced(order, progress)),
                        failure -> post.accept(() -> copyFailed(order, failure)),
                        () -> post.accept(() -> desk.copyEnded(order, clock.millis())));
    }

    private void copyFailed(CopyOrder order, Throwable failure) {
        log.atWarn()
                .addKeyValue("agent", order.agent())
                .addKeyValue("model", order.model())
                .addKeyValue("reason", failure.getMessage())
                .log("model not taken over");
        desk.copyFailed(order);
    }

    /** Carries out what was decided. */
    void run(Work work) {
        for (DesiredState state : work.copies()) {
            ports.copies().write(state).subscribe(_ -> {}, failure -> repeats("copy", failure));
        }
        work.puts().forEach(this::tell);
        work.view()
                .ifPresent(
                        next -> {
                            lastView = Optional.of(next);
                            send(next, true);
                        });
        if (work.view().isEmpty() && clock.millis() - lastSent >= RESEND.toMillis()) {
            lastView.ifPresent(view -> send(view, false));
        }
    }

    private void send(Work.Publication view, boolean announce) {
        lastSent = clock.millis();
        ports.view()
                .publish(view.version(), view.content(), announce)
                .subscribe(_ -> {}, failure -> repeats("view", failure));
    }

    private void tell(DesiredState state) {
        AgentId agent = state.agent();
        Optional<AgentStatus> status = desk.agent(agent);
        if (status.isEmpty()) {
            return;
        }
        log.atInfo()
                .addKeyValue("agent", agent)
                .addKeyValue("version", state.version())
                .addKeyValue("engines", state.engines().size())
                .log("telling desired engines");
        ports.agents()
                .offer(status.get().address(), state)
                .subscribe(
                        answer -> post.accept(() -> answered(agent, answer)),
                        failure -> post.accept(() -> unreachable(status.get(), failure)));
    }

    private void answered(AgentId agent, AgentLink.Answer answer) {
        switch (answer) {
            case AgentLink.Answer.Accepted(var held) -> desk.accepted(agent, held);
            case AgentLink.Answer.Refused(var held) -> {
                log.atWarn()
                        .addKeyValue("agent", agent)
                        .addKeyValue("held", held)
                        .log("agent holds a higher version");
                ports.epochSeen().accept(held.epoch());
                desk.refused(agent, held, clock.millis());
            }
        }
    }

    private void unreachable(AgentStatus status, Throwable failure) {
        if (desk.failures(status.id()) == 0) {
            log.atWarn()
                    .addKeyValue("agent", status.id())
                    .addKeyValue("address", status.address())
                    .addKeyValue("reason", failure.toString())
                    .log("agent did not answer; trying again");
        }
        desk.unreachable(status.id(), clock.millis());
    }

    /** Redis is away: the lease runs out by itself, and its return heals what was not written. */
    private static void repeats(String what, Throwable failure) {
        log.atDebug().addKeyValue("what", what).setCause(failure).log("not written");
    }
}
