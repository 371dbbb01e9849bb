package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot.Verdict;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.model.ModelRunner;
import dev.caravan.core.run.LoadOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Agents as a desk hears of them; each change makes the report that follows from it. */
final class Cluster {

    static final ModelDigest DIGEST = new ModelDigest("a".repeat(64));
    static final ModelDigest OTHER = new ModelDigest("b".repeat(64));

    /** Eight layers of 500 MiB, an output of 200 and embeddings of 100. */
    static final ModelDigest BIG = new ModelDigest("c".repeat(64));

    static final int TRAINED = 8192;

    private final Map<String, AgentStatus> agents = new HashMap<>();

    static Demand demand(ModelDigest digest, int context) {
        return new Demand(
                "request",
                name(digest),
                digest,
                context,
                OptionalLong.empty(),
                Optional.empty(),
                LoadOptions.NONE,
                Set.of());
    }

    /** A demand of one whom these replicas failed just now. */
    static Demand demandBut(ModelDigest digest, int context, String... avoided) {
        return new Demand(
                "request",
                name(digest),
                digest,
                context,
                OptionalLong.empty(),
                Optional.empty(),
                LoadOptions.NONE,
                Stream.of(avoided).map(ReplicaId::new).collect(Collectors.toSet()));
    }

    static ModelRef name(ModelDigest digest) {
        return ModelRef.parse(digest.equals(DIGEST) ? "tiny" : digest.equals(BIG) ? "big" : "other")
                .orElseThrow();
    }

    static StoredModel model(ModelDigest digest) {
        return new StoredModel(
                name(digest),
                digest,
                1,
                Optional.of(digest.equals(BIG) ? bigFacts() : smallFacts()),
                ModelPolicy.NONE,
                Set.of("completion"),
                "");
    }

    private static ModelFacts smallFacts() {
        return new ModelFacts(2, ByteSize.ofMebibytes(100), 1024, TRAINED, 64);
    }

    private static ModelFacts bigFacts() {
        return new ModelFacts(
                8,
                ByteSize.ofMebibytes(4300),
                1024,
                TRAINED,
                64,
                Collections.nCopies(8, ByteSize.ofMebibytes(500)),
                ByteSize.ofMebibytes(200));
    }

    static ModelPolicy standby(int replicas) {
        return new ModelPolicy(
                new Version(5, 1),
                Continuation.FLUENT,
                List.of(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                List.of(),
                OptionalInt.of(replicas));
    }

    /** An agent on a host of its own that has both small models and nothing loaded. */
    AgentStatus agent(String id, long mebibytes) {
        return agent(id, mebibytes, DIGEST, OTHER);
    }

    AgentStatus agent(String id, long mebibytes, ModelDigest... digests) {
        return put(
                new AgentStatus(
                        new AgentId(id),
                        "host-" + id,
                        "http://" + id,
                        Verdict.READY,
                        1,
                        1,
                        Optional.of(
                                new EngineStatus(
                                        "llama.cpp", "b1", "8.0.0", List.of("RPC", "CPU-zen4"))),
                        "",
                        memory(mebibytes),
                        Version.NONE,
                        List.of(),
                        List.of(),
                        Stream.of(digests).map(Cluster::model).toList()));
    }

    AgentStatus hasEngine(String id, String build, String backend) {
        AgentStatus before = of(id);
        return put(
                copy(
                        before,
                        Optional.of(
                                new EngineStatus("llama.cpp", build, "8.0.0", List.of(backend))),
                        "",
                        before.models()));
    }

    AgentStatus hasPolicy(String id, ModelDigest digest, ModelPolicy policy) {
        AgentStatus before = of(id);
        return put(
                copy(
                        before,
                        before.engine(),
                        "",
                        before.models().stream()
                                .map(
                                        model ->
                                                model.digest().equals(digest)
                                                        ? new StoredModel(
                                                                model.name(),
                                                                model.digest(),
                                                                model.modifiedAt(),
                                                                model.facts(),
                                                                policy,
                                                                model.capabilities(),
                                                                "")
                                                        : model)
                                .toList()));
    }

    private static AgentStatus copy(
            AgentStatus before,
            Optional<EngineStatus> engine,
            String fault,
            List<StoredModel> models) {
        return new AgentStatus(
                before.id(),
                before.hostId(),
                before.address(),
                before.verdict(),
                before.startedAt(),
                before.sequence() + 1,
                engine,
                fault,
                before.memory(),
                before.desired(),
                before.replicas(),
                before.members(),
                models);
    }

    private static HostMemory memory(long mebibytes) {
        ByteSize size = ByteSize.ofMebibytes(mebibytes);
        return new HostMemory(size, size, size, ByteSize.ZERO);
    }

    AgentStatus of(String id) {
        AgentStatus status = agents.get(id);
        if (status == null) {
            throw new IllegalArgumentException("agent: " + id + " (expected: one that was made)");
        }
        return status;
    }

    /** The agent takes a desired state on; its new engines are loading. */
    AgentStatus takes(DesiredState state) {
        AgentStatus before = of(state.agent().value());
        List<ReplicaStatus> replicas = new ArrayList<>();
        for (DesiredEngine engine : state.engines()) {
            replicas.add(
                    before.replica(engine.replica())
                            .orElseGet(() -> replica(engine, ReplicaStatus.Phase.LOADING, 0, "")));
        }
        List<MemberStatus> members = new ArrayList<>();
        for (DesiredMember member : state.members()) {
            members.add(
                    before.member(member.id())
                            .orElseGet(() -> lent(member, ReplicaStatus.Phase.LOADING, 0, "")));
        }
        return put(with(before, state.version(), replicas, members));
    }

    /** All RPC servers of an agent turn to this; those that are ready hold all their memory. */
    AgentStatus lends(String id, ReplicaStatus.Phase phase, String fault) {
        AgentStatus before = of(id);
        List<MemberStatus> members =
                before.members().stream()
                        .map(
                                each ->
                                        new MemberStatus(
                                                each.id(),
                                                each.group(),
                                                each.model(),
                                                each.digest(),
                                                phase,
                                                each.span(),
                                                ByteSize.ofMebibytes(500L * each.span().length()),
                                                fault))
                        .toList();
        return put(with(before, before.desired(), before.replicas(), members));
    }

    private static MemberStatus lent(
            DesiredMember member, ReplicaStatus.Phase phase, long mebibytes, String fault) {
        return new MemberStatus(
                member.id(),
                member.group(),
                member.model(),
                member.digest(),
                phase,
                member.span(),
                ByteSize.ofMebibytes(mebibytes),
                fault);
    }

    AgentStatus turns(String id, ReplicaId replica, ReplicaStatus.Phase phase) {
        return changes(id, replica, phase, 0, "");
    }

    AgentStatus fails(String id, ReplicaId replica, String fault) {
        return changes(id, replica, ReplicaStatus.Phase.FAILED, 0, fault);
    }

    AgentStatus serves(String id, ReplicaId replica, int busy) {
        return changes(id, replica, ReplicaStatus.Phase.READY, busy, "");
    }

    /** The replica answers nobody, and its keep-alive ends then. */
    AgentStatus expires(String id, ReplicaId replica, long at) {
        AgentStatus before = of(id);
        return put(
                with(
                        before,
                        before.desired(),
                        before.replicas().stream()
                                .map(each -> each.id().equals(replica) ? expiring(each, at) : each)
                                .toList()));
    }

    private static ReplicaStatus expiring(ReplicaStatus each, long at) {
        return new ReplicaStatus(
                each.id(),
                each.model(),
                each.digest(),
                ReplicaStatus.Phase.READY,
                each.contextLength(),
                each.slots(),
                0,
                each.continuation(),
                each.resident(),
                OptionalLong.of(at),
                OptionalInt.empty(),
                "",
                each.stages());
    }

    /** The agent is one of several of that host. */
    AgentStatus isOnHost(String id, String host) {
        AgentStatus before = of(id);
        return put(
                new AgentStatus(
                        before.id(),
                        host,
                        before.address(),
                        before.verdict(),
                        before.startedAt(),
                        before.sequence() + 1,
                        before.engine(),
                        before.engineFault(),
                        before.memory(),
                        before.desired(),
                        before.replicas(),
                        before.members(),
                        before.models()));
    }

    /** The agent's copy of the model can be run by that kind of engine alone. */
    AgentStatus has(String id, ModelDigest digest, ModelRunner runner, String fault) {
        AgentStatus before = of(id);
        StoredModel model = model(digest);
        return put(
                copy(
                        before,
                        before.engine(),
                        "",
                        List.of(
                                new StoredModel(
                                        model.name(),
                                        digest,
                                        model.modifiedAt(),
                                        model.facts(),
                                        model.policy(),
                                        model.capabilities(),
                                        fault,
                                        runner))));
    }

    /** The agent has taken a file over. */
    AgentStatus holds(String id, ModelDigest digest) {
        AgentStatus before = of(id);
        return put(
                copy(
                        before,
                        before.engine(),
                        "",
                        Stream.concat(before.models().stream(), Stream.of(model(digest)))
                                .toList()));
    }

    private AgentStatus changes(
            String id, ReplicaId replica, ReplicaStatus.Phase phase, int busy, String fault) {
        AgentStatus before = of(id);
        return put(
                with(
                        before,
                        before.desired(),
                        before.replicas().stream()
                                .map(
                                        each ->
                                                each.id().equals(replica)
                                                        ? copy(each, phase, busy, fault)
                                                        : each)
                                .toList()));
    }

    AgentStatus drops(String id, ReplicaId replica) {
        AgentStatus before = of(id);
        return put(
                with(
                        before,
                        before.desired(),
                        before.replicas().stream()
                                .filter(each -> !each.id().equals(replica))
                                .toList()));
    }

    /** The agent runs this although nobody on this desk told it to. */
    AgentStatus runs(String id, String replica, ModelDigest digest, int context, Version desired) {
        AgentStatus before = of(id);
        DesiredEngine engine =
                new DesiredEngine(
                        new ReplicaId(replica),
                        name(digest),
                        digest,
                        context,
                        4,
                        Continuation.FLUENT,
                        OptionalLong.empty(),
                        List.of(),
                        List.of(),
                        LoadOptions.NONE);
        return put(
                with(
                        before,
                        desired,
                        Stream.concat(
                                        before.replicas().stream(),
                                        Stream.of(
                                                replica(engine, ReplicaStatus.Phase.READY, 0, "")))
                                .toList()));
    }

    AgentStatus is(String id, Verdict verdict) {
        return put(of(id).with(verdict));
    }

    /** A new process under the same id; what it runs is the same. */
    AgentStatus restarts(String id) {
        AgentStatus before = of(id);
        return put(
                new AgentStatus(
                        before.id(),
                        before.hostId(),
                        before.address(),
                        before.verdict(),
                        before.startedAt() + 1,
                        1,
                        before.engine(),
                        before.engineFault(),
                        before.memory(),
                        before.desired(),
                        before.replicas(),
                        before.members(),
                        before.models()));
    }

    AgentStatus hasNoEngine(String id, String fault) {
        AgentStatus before = of(id);
        return put(copy(before, Optional.empty(), fault, before.models()));
    }

    private AgentStatus put(AgentStatus status) {
        agents.put(status.id().value(), status);
        return status;
    }

    private static AgentStatus with(
            AgentStatus before, Version desired, List<ReplicaStatus> replicas) {
        return with(before, desired, replicas, before.members());
    }

    private static AgentStatus with(
            AgentStatus before,
            Version desired,
            List<ReplicaStatus> replicas,
            List<MemberStatus> members) {
        long used =
                replicas.stream().mapToLong(each -> each.resident().bytes()).sum()
                        + members.stream().mapToLong(each -> each.resident().bytes()).sum();
        HostMemory memory = before.memory();
        return new AgentStatus(
                before.id(),
                before.hostId(),
                before.address(),
                before.verdict(),
                before.startedAt(),
                before.sequence() + 1,
                before.engine(),
                before.engineFault(),
                new HostMemory(
                        memory.total(),
                        memory.total().minusOrZero(new ByteSize(used)),
                        memory.budget(),
                        new ByteSize(used)),
                desired,
                replicas,
                members,
                before.models());
    }

    private static ReplicaStatus replica(
            DesiredEngine engine, ReplicaStatus.Phase phase, int busy, String fault) {
        return new ReplicaStatus(
                engine.replica(),
                engine.model(),
                engine.digest(),
                phase,
                engine.contextLength(),
                engine.slots(),
                busy,
                engine.continuation(),
                ByteSize.ofMebibytes(100),
                OptionalLong.empty(),
                OptionalInt.empty(),
                fault,
                engine.stages());
    }

    private static ReplicaStatus copy(
            ReplicaStatus each, ReplicaStatus.Phase phase, int busy, String fault) {
        return new ReplicaStatus(
                each.id(),
                each.model(),
                each.digest(),
                phase,
                each.contextLength(),
                each.slots(),
                busy,
                each.continuation(),
                each.resident(),
                each.expiresAt(),
                fault.isEmpty() ? OptionalInt.empty() : OptionalInt.of(134),
                fault,
                each.stages());
    }
}
