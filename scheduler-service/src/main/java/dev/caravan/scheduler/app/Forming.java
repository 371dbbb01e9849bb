package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.placement.StagePlan;
import dev.caravan.core.placement.StagePlan.Role;
import dev.caravan.scheduler.app.ReplicaStatus.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Turns a plan into wishes, and says how far the members of a group are. */
final class Forming {

    private final AgentBook agents;
    private final DesiredBook desired;

    Forming(AgentBook agents, DesiredBook desired) {
        this.agents = agents;
        this.desired = desired;
    }

    /** How far the members of a site are. */
    sealed interface Members {

        record Ready() implements Members {}

        /**
         * @param sight what differs where there is progress
         */
        record Starting(Object sight) implements Members {}

        /** A member cannot be had. */
        record Lost(AgentId agent, String why) implements Members {}
    }

    /**
     * @param whole the engine without stages
     * @param plan one stage where it stays whole; else the head first
     */
    Load.Site site(DesiredEngine whole, List<StagePlan> plan, Set<ReplicaId> after) {
        AgentId head = plan.getFirst().agent();
        List<GroupStage> stages = new ArrayList<>();
        List<DesiredMember> members = new ArrayList<>();
        for (StagePlan stage : plan) {
            if (stage.role() == Role.MEMBER) {
                DesiredMember member = member(whole, head, stage, members.size() + 1);
                members.add(member);
                stages.add(stage(stage, Optional.of(member.id())));
            } else if (plan.size() > 1 && stage.span().isPresent()) {
                stages.add(stage(stage, Optional.empty()));
            }
        }
        DesiredEngine engine =
                new DesiredEngine(
                        whole.replica(),
                        whole.model(),
                        whole.digest(),
                        whole.contextLength(),
                        whole.slots(),
                        whole.continuation(),
                        whole.keepAliveMillis(),
                        stages,
                        whole.engineOptions(),
                        whole.loading());
        return new Load.Site(head, engine, members, after, Load.Step.ROOM);
    }

    private GroupStage stage(StagePlan stage, Optional<MemberId> member) {
        String address = agents.find(stage.agent()).map(AgentStatus::address).orElse("");
        return new GroupStage(stage.agent(), address, member, stage.span().orElseThrow().length());
    }

    private static DesiredMember member(
            DesiredEngine engine, AgentId head, StagePlan stage, int number) {
        return new DesiredMember(
                new MemberId(engine.replica() + "-" + number),
                stage.agent(),
                engine.replica(),
                engine.model(),
                engine.digest(),
                Optional.of(head),
                stage.span().orElseThrow(),
                engine.continuation(),
                stage.total());
    }

    /** The site of an engine that was wished for already. */
    Load.Site known(AgentId agent, DesiredEngine engine) {
        return new Load.Site(
                agent, engine, desired.members(engine.replica()), Set.of(), Load.Step.HEAD);
    }

    /** Tells whoever is first: the members, or the head where there are none. */
    Load.Site begin(Load.Site site, long now) {
        if (site.members().isEmpty()) {
            desired.add(site.agent(), site.engine(), now);
            return site.at(Load.Step.HEAD);
        }
        site.members().forEach(member -> desired.add(member, now));
        return site.at(Load.Step.MEMBERS);
    }

    void end(Load.Site site) {
        desired.withdraw(site.agent(), site.replica());
        site.members().forEach(desired::withdraw);
    }

    /** Bytes that the members of a site hold by now. */
    ByteSize memory(Load.Site site) {
        return site.members().stream()
                .flatMap(
                        member ->
                                agents
                                        .find(member.agent())
                                        .flatMap(agent -> agent.member(member.id()))
                                        .stream())
                .map(MemberStatus::resident)
                .reduce(ByteSize.ZERO, ByteSize::plus);
    }

    Members look(Load.Site site) {
        Map<String, Phase> phases = new TreeMap<>();
        for (DesiredMember member : site.members()) {
            Optional<AgentStatus> agent = agents.find(member.agent()).filter(AgentStatus::alive);
            if (agent.isEmpty()) {
                return new Members.Lost(member.agent(), "went down");
            }
            Optional<MemberStatus> status = agent.get().member(member.id());
            if (status.map(MemberStatus::ended).orElse(false)) {
                return new Members.Lost(
                        member.agent(), "lost its RPC server: " + status.get().fault());
            }
            if (status.isEmpty() && desired.failures(member.agent()) >= LoadBook.ATTEMPTS) {
                return new Members.Lost(
                        member.agent(), "does not answer at " + agent.get().address());
            }
            if (!desired.wishes(member.agent(), member.id())) {
                return new Members.Lost(member.agent(), "let go of its RPC server");
            }
            status.ifPresent(seen -> phases.put(member.id().value(), seen.phase()));
        }
        boolean ready =
                phases.size() == site.members().size()
                        && phases.values().stream().allMatch(phase -> phase == Phase.READY);
        return ready ? new Members.Ready() : new Members.Starting(phases);
    }
}
