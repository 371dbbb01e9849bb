package dev.caravan.worker.app.group;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.worker.app.engine.EngineEnd;
import dev.caravan.worker.app.engine.EngineState;
import dev.caravan.worker.app.engine.MemberId;
import dev.caravan.worker.app.event.AgentEvents;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts RPC servers, follows them to their end, and says who may use one. Each serves one head at
 * a time; it is never started again, and one that is no longer wanted ends as soon as its head has
 * left it, since ending it earlier would end the head's runs too. Where the head left first the
 * group broke, another is likely to come, and its process is kept for that. All changes of state
 * happen on the control thread; reading and claiming is free from any.
 */
public final class MemberSupervisor implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(MemberSupervisor.class);

    /** Exit codes and last words that a person who looks later still finds in the report. */
    private static final int ENDS_SHOWN = 8;

    private final RpcServers servers;
    private final AgentEvents events;
    private final Executor control;
    private final InstantSource clock;
    private final Map<MemberId, Member> members = new ConcurrentSkipListMap<>();
    private final Deque<MemberId> ends = new ArrayDeque<>();
    private final KeptServers kept;
    private Consumer<MemberId> ended = _ -> {};
    private volatile boolean closed;

    /**
     * @param control runs one task after the other; they may block
     * @param keep how long an RPC server waits for the group that comes in place of its broken one;
     *     0: not at all
     */
    public MemberSupervisor(
            RpcServers servers,
            AgentEvents events,
            Executor control,
            InstantSource clock,
            Duration keep) {
        this.servers = servers;
        this.events = events;
        this.control = control;
        this.clock = clock;
        this.kept = new KeptServers(keep, clock);
    }

    /** Who is told, on the control thread, of a member that ended without being asked to. */
    public void onEnded(Consumer<MemberId> listener) {
        ended = listener;
    }

    /** All that there are, and the last ones that ended without being asked to, by id. */
    public Collection<Member> members() {
        return List.copyOf(members.values());
    }

    /** Of all RPC servers there are. */
    public List<Long> processIds() {
        return members.values().stream()
                .map(member -> member.state().processId())
                .filter(pid -> pid > 0)
                .toList();
    }

    /** A head's agent asks for its member; never blocks. */
    public LinkAnswer claim(MemberId id, AgentId caller) {
        Member member = members.get(id);
        return member == null
                ? new LinkAnswer.Absent(
                        "member %s: not lent by this agent (expected: one it was told to lend)"
                                .formatted(id))
                : member.claim(caller);
    }

    /** Takes no more notice of RPC servers: they end now, with the agent. */
    @Override
    public void close() {
        closed = true;
    }

    private void onControl(Runnable task) {
        if (!closed) {
            control.execute(task);
        }
    }

    /** Control thread. Starts an RPC server; what goes wrong is told by the member's state. */
    public void start(WantedMember wanted) {
        Member member = new Member(wanted, () -> onControl(() -> left(wanted.id())));
        members.put(wanted.id(), member);
        Instant begun = clock.instant();
        try {
            RpcSetup setup = servers.setup(wanted);
            Optional<KeptServers.Kept> again = kept.take(setup);
            RpcServers.Running process =
                    again.map(KeptServers.Kept::process)
                            .orElseGet(() -> servers.start(wanted.id(), setup));
            member.started(process, setup);
            process.ready()
                    .subscribe(
                            port -> onControl(() -> ready(member, process, port, begun)),
                            late -> onControl(() -> gaveUp(member, process, late)));
            process.ended().subscribe(end -> onControl(() -> ended(member, process, end)));
            var line =
                    log.atInfo()
                            .addKeyValue("member", wanted.id())
                            .addKeyValue("group", wanted.group())
                            .addKeyValue("pid", process.pid());
            again.ifPresentOrElse(
                    of -> line.addKeyValue("before", of.from()).log("RPC server used again"),
                    () -> line.log("RPC server started"));
        } catch (CaravanException refused) {
            failed(member, OptionalInt.empty(), String.valueOf(refused.getMessage()));
        }
    }

    private void ready(Member member, RpcServers.Running process, int port, Instant begun) {
        if (!(member.state() instanceof EngineState.Loading)) {
            return;
        }
        Duration took = Duration.between(begun, clock.instant());
        member.listens(port);
        member.become(new EngineState.Ready(process.pid(), "127.0.0.1:" + port, took));
        log.atInfo().addKeyValue("member", member.id()).addKeyValue("took", took).log("ready");
        events.tell(AgentEvents.Kind.MEMBER_READY, member.id().value(), "");
    }

    private void gaveUp(Member member, RpcServers.Running process, Throwable late) {
        if (member.state() instanceof EngineState.Loading) {
            failed(member, OptionalInt.empty(), String.valueOf(late.getMessage()));
            process.kill();
        }
    }

    private void failed(Member member, OptionalInt code, String fault) {
        member.become(new EngineState.Failed(code, fault));
        log.atWarn().addKeyValue("member", member.id()).addKeyValue("cause", fault).log("failed");
        tellEnded(member, fault);
    }

    private void ended(Member member, RpcServers.Running process, EngineEnd end) {
        if (closed) {
            return;
        }
        if (!member.has(process)) {
            kept.forget(process);
            return;
        }
        switch (member.state()) {
            case EngineState.Loading _ ->
                    failed(member, OptionalInt.of(end.exitCode()), end.description());
            case EngineState.Ready(_, _, Duration loadTime) -> {
                member.become(new EngineState.Exited(end.exitCode(), end.description(), loadTime));
                log.atWarn()
                        .addKeyValue("member", member.id())
                        .addKeyValue("code", end.exitCode())
                        .log("RPC server exited");
                tellEnded(member, end.description());
            }
            case EngineState.Draining _ -> {
                members.remove(member.id());
                log.atInfo().addKeyValue("member", member.id()).log("RPC server stopped");
            }
            case EngineState.Exited _, EngineState.Failed _ -> {}
        }
        member.over(end.description());
    }

    private void tellEnded(Member member, String detail) {
        ends.addLast(member.id());
        if (ends.size() > ENDS_SHOWN) {
            members.remove(ends.removeFirst());
        }
        ended.accept(member.id());
        events.tell(AgentEvents.Kind.MEMBER_EXITED, member.id().value(), detail);
    }

    /**
     * Control thread. Gives it to no head from now on and ends it when it has none; keeps its
     * process where its head left before.
     */
    public void drain(MemberId id) {
        Member member = members.get(id);
        if (member == null) {
            return;
        }
        switch (member.state()) {
            case EngineState.Loading(long pid) -> drain(member, pid, "", Duration.ZERO);
            case EngineState.Ready(long pid, String address, Duration took) -> {
                if (!keep(member)) {
                    drain(member, pid, address, took);
                }
            }
            case EngineState.Draining _, EngineState.Exited _, EngineState.Failed _ -> {}
        }
    }

    private boolean keep(Member member) {
        boolean worth = member.isLeft() && member.running().filter(kept::wants).isPresent();
        if (worth && member.handOn((setup, process) -> kept.keep(member.id(), setup, process))) {
            members.remove(member.id());
            return true;
        }
        return false;
    }

    /** Control thread, now and then: ends what was kept for too long. */
    public void endKept() {
        kept.endOld();
    }

    private void drain(Member member, long pid, String address, Duration took) {
        member.become(new EngineState.Draining(pid, address, took));
        left(member.id());
    }

    /** Control thread. A head has left it, or never came. */
    private void left(MemberId id) {
        Member member = members.get(id);
        if (member != null
                && member.state() instanceof EngineState.Draining
                && !member.isLinked()) {
            member.running().ifPresent(RpcServers.Running::kill);
        }
    }
}
