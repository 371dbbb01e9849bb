package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.Continuation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The desired engines of all agents, numbered under one epoch. Used by one thread. */
final class DesiredBook {

    private final Map<AgentId, AgentWishes> wishes = new TreeMap<>();
    private final Map<AgentId, DesiredState> copies;
    private long epoch;

    /**
     * @param copies what a leader before this one had written down
     */
    DesiredBook(long epoch, Map<AgentId, DesiredState> copies) {
        this.epoch = epoch;
        this.copies = Map.copyOf(copies);
    }

    long epoch() {
        return epoch;
    }

    /** Takes an agent's report into account; an agent seen for the first time is adopted. */
    void observe(AgentStatus status, long now) {
        wishes.computeIfAbsent(
                        status.id(),
                        _ ->
                                new AgentWishes(
                                        status, Optional.ofNullable(copies.get(status.id())), now))
                .observe(status, now);
    }

    /** Goes on under a higher epoch. */
    void raise(long higher) {
        epoch = Math.max(epoch, higher);
    }

    void add(AgentId agent, DesiredEngine engine, long now) {
        require(agent).add(engine, now);
    }

    void add(DesiredMember member, long now) {
        require(member.agent()).add(member, now);
    }

    void withdraw(AgentId agent, ReplicaId replica) {
        find(agent).ifPresent(known -> known.withdraw(replica));
    }

    void withdraw(DesiredMember member) {
        find(member.agent()).ifPresent(known -> known.withdraw(member.id()));
    }

    /** The members of a group, wherever they are. */
    List<DesiredMember> members(ReplicaId group) {
        return wishes.values().stream()
                .flatMap(known -> known.members().stream())
                .filter(member -> member.group().equals(group))
                .toList();
    }

    /** Numbers what changed. */
    List<DesiredState> number() {
        List<DesiredState> numbered = new ArrayList<>();
        wishes.forEach(
                (agent, known) -> {
                    if (known.number(epoch)) {
                        numbered.add(state(agent, known));
                    }
                });
        return numbered;
    }

    /** What has to be told to agents that are alive now; each is under way until it is answered. */
    List<DesiredState> claimDue(AgentBook agents, long now) {
        List<DesiredState> due = new ArrayList<>();
        wishes.forEach(
                (agent, known) -> {
                    boolean alive = agents.find(agent).map(AgentStatus::alive).orElse(false);
                    if (alive && known.claim(now)) {
                        due.add(state(agent, known));
                    }
                });
        return due;
    }

    void accepted(AgentId agent, Version version) {
        find(agent).ifPresent(known -> known.accepted(version));
    }

    void refused(AgentStatus status, Version higher, long now) {
        find(status.id()).ifPresent(known -> known.refused(higher, status, now));
    }

    void unreachable(AgentId agent, long now) {
        find(agent).ifPresent(known -> known.unreachable(now));
    }

    int failures(AgentId agent) {
        return find(agent).map(AgentWishes::failures).orElse(0);
    }

    boolean wishes(AgentId agent, ReplicaId replica) {
        return find(agent).map(known -> known.wishes(replica)).orElse(false);
    }

    boolean withdrew(AgentId agent, ReplicaId replica) {
        return find(agent).map(known -> known.withdrew(replica)).orElse(false);
    }

    boolean wishes(AgentId agent, MemberId member) {
        return find(agent).map(known -> known.wishes(member)).orElse(false);
    }

    void refine(DesiredMember member, AgentId head, Continuation continuation) {
        find(member.agent()).ifPresent(known -> known.refine(member.id(), head, continuation));
    }

    List<DesiredEngine> engines(AgentId agent) {
        return find(agent).map(AgentWishes::engines).orElse(List.of());
    }

    List<DesiredMember> members(AgentId agent) {
        return find(agent).map(AgentWishes::members).orElse(List.of());
    }

    /** All agents whose wishes are known. */
    List<AgentId> agents() {
        return List.copyOf(wishes.keySet());
    }

    Version version(AgentId agent) {
        return find(agent).map(AgentWishes::version).orElse(Version.NONE);
    }

    private static DesiredState state(AgentId agent, AgentWishes known) {
        return new DesiredState(agent, known.version(), known.engines(), known.members());
    }

    private Optional<AgentWishes> find(AgentId agent) {
        return Optional.ofNullable(wishes.get(agent));
    }

    private AgentWishes require(AgentId agent) {
        return find(agent)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "agent: " + agent + " (expected: one that was observed)"));
    }
}
