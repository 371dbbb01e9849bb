package dev.caravan.worker.app.group;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.worker.app.engine.EngineState;
import dev.caravan.worker.app.engine.MemberId;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Sinks;

/**
 * One RPC server for one group. Its state is written by the supervisor's thread alone and read by
 * any; whether a head has it changes on any.
 */
public final class Member {

    private final WantedMember wanted;
    private final Runnable released;
    private final AtomicBoolean linked = new AtomicBoolean();
    private volatile boolean served;
    private final Sinks.One<String> over = Sinks.one();
    private volatile EngineState state = new EngineState.Loading(0);
    private volatile int port;
    private RpcServers.@Nullable Running running;
    private @Nullable RpcSetup setup;

    /**
     * @param released told when the head has given it back, on any thread
     */
    Member(WantedMember wanted, Runnable released) {
        this.wanted = wanted;
        this.released = released;
    }

    public MemberId id() {
        return wanted.id();
    }

    public WantedMember wanted() {
        return wanted;
    }

    public EngineState state() {
        return state;
    }

    /** Whether a head has it. */
    public boolean isLinked() {
        return linked.get();
    }

    void started(RpcServers.Running process, RpcSetup by) {
        running = process;
        setup = by;
        state = new EngineState.Loading(process.pid());
    }

    void listens(int on) {
        port = on;
    }

    void become(EngineState next) {
        state = next;
    }

    /** Tells whoever has it that there is nothing left to have. */
    void over(String why) {
        over.tryEmitValue(why);
    }

    /** Whether that process is its own still. */
    boolean has(RpcServers.Running process) {
        return running == process;
    }

    Optional<RpcServers.Running> running() {
        return Optional.ofNullable(running);
    }

    /** Whether a head has had it and has none of it now. */
    boolean isLeft() {
        return served && !linked.get();
    }

    /** Gives the process to another; from here on no head can have it here. False where one has. */
    boolean handOn(BiConsumer<RpcSetup, RpcServers.Running> next) {
        RpcServers.Running process = running;
        RpcSetup by = setup;
        if (process == null || by == null || !linked.compareAndSet(false, true)) {
            return false;
        }
        running = null;
        next.accept(by, process);
        return true;
    }

    /** Gives it to a head where it can be given; safe on any thread. */
    LinkAnswer claim(AgentId caller) {
        if (!caller.equals(wanted.head())) {
            return new LinkAnswer.Forbidden(
                    "member %s: asked for by agent %s (expected: agent %s, whose head it is lent to)"
                            .formatted(id(), caller, wanted.head()));
        }
        return switch (state) {
            case EngineState.Loading _ ->
                    new LinkAnswer.NotReady(
                            "member %s: its RPC server does not listen yet (try again)"
                                    .formatted(id()));
            case EngineState.Ready _ -> take();
            case EngineState.Draining _ ->
                    new LinkAnswer.Ended("member %s: no longer lent".formatted(id()));
            case EngineState.Exited(int _, String fault, var _) -> ended(fault);
            case EngineState.Failed(var _, String fault) -> ended(fault);
        };
    }

    private LinkAnswer ended(String fault) {
        return new LinkAnswer.Ended("member %s: %s".formatted(id(), fault));
    }

    private LinkAnswer take() {
        if (!linked.compareAndSet(false, true)) {
            return new LinkAnswer.Taken(
                    "member %s: a head has it (expected: one link at a time)".formatted(id()));
        }
        served = true;
        return new LinkAnswer.Granted(
                new LinkClaim(
                        port,
                        over.asMono(),
                        () -> {
                            linked.set(false);
                            released.run();
                        }));
    }
}
