package dev.caravan.worker.app.group;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.worker.app.engine.EngineSpec;
import dev.caravan.worker.app.engine.Engines;
import dev.caravan.worker.app.engine.MemberId;
import dev.caravan.worker.app.engine.RunningEngine;
import dev.caravan.worker.app.engine.Stage;
import java.time.Duration;
import java.util.concurrent.Executor;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/**
 * Starts engines whose layers are in several processes: first the links to all of these, then the
 * engine. An engine for a whole model is started as it is.
 */
public final class SplitEngines implements Engines {

    /** A member's agent is told of it at the same time, and an RPC server starts in 0.1 s. */
    private static final Duration LINK_PATIENCE = Duration.ofSeconds(30);

    private static final Duration AGAIN = Duration.ofMillis(200);

    private final Engines whole;
    private final MemberSupervisor members;
    private final RpcLinks links;
    private final AgentId self;
    private final Scheduler control;

    /**
     * @param links to other agents' members
     * @param self this agent, whose members need no link
     * @param control runs what may block
     */
    public SplitEngines(
            Engines whole,
            MemberSupervisor members,
            RpcLinks links,
            AgentId self,
            Executor control) {
        this.whole = whole;
        this.members = members;
        this.links = links;
        this.self = self;
        this.control = Schedulers.fromExecutor(control);
    }

    @Override
    public Availability availability() {
        return whole.availability();
    }

    @Override
    public RunningEngine start(EngineSpec spec) {
        if (spec.stages().isEmpty()) {
            return whole.start(spec);
        }
        SplitEngine head = new SplitEngine(spec, whole::start, this::link, control);
        head.begin();
        return head;
    }

    private Mono<RpcLink> link(Stage stage) {
        return Mono.defer(() -> stage.agent().equals(self) ? own(stage) : links.open(stage))
                .retryWhen(
                        Retry.fixedDelay(LINK_PATIENCE.dividedBy(AGAIN), AGAIN)
                                .filter(SplitEngines::isWorthAnotherTry)
                                .onRetryExhaustedThrow((_, signal) -> signal.failure()));
    }

    private static boolean isWorthAnotherTry(Throwable failure) {
        return failure instanceof LinkRefused refused && refused.mayCome();
    }

    private Mono<RpcLink> own(Stage stage) {
        MemberId id = stage.member().orElseThrow();
        return switch (members.claim(id, self)) {
            case LinkAnswer.Granted(LinkClaim claim) -> Mono.just(new OwnLink(claim));
            case LinkAnswer.Absent(String text) -> Mono.error(new LinkRefused(text, true));
            case LinkAnswer.NotReady(String text) -> Mono.error(new LinkRefused(text, true));
            case LinkAnswer.Taken(String text) -> Mono.error(new LinkRefused(text, true));
            case LinkAnswer.Forbidden(String text) -> Mono.error(new LinkRefused(text, false));
            case LinkAnswer.Ended(String text) -> Mono.error(new LinkRefused(text, false));
        };
    }

    /** The head connects to the RPC server itself. */
    private record OwnLink(LinkClaim claim) implements RpcLink {
        @Override
        public int port() {
            return claim.port();
        }

        @Override
        public Mono<String> lost() {
            return claim.over();
        }

        @Override
        public void close() {
            claim.release();
        }
    }
}
