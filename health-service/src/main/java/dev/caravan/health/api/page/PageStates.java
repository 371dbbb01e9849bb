package dev.caravan.health.api.page;

import static java.util.Comparator.comparing;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toList;

import dev.caravan.core.cluster.AgentSnapshot.Verdict;
import dev.caravan.health.api.page.PageState.Agent;
import dev.caravan.health.api.page.PageState.Engine;
import dev.caravan.health.api.page.PageState.Host;
import dev.caravan.health.app.Judgement;
import dev.caravan.health.app.Member;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.EngineBuild;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The page's state from a judgement; equal judgements make equal states. */
final class PageStates {

    private PageStates() {}

    static PageState of(Judgement<AgentReport> judgement) {
        List<Member<AgentReport>> members = judgement.members();
        var groups = new Groups(members);
        return new PageState(
                judgement.frozen().orElse(null),
                hosts(members, groups),
                new PageModels(members, groups).all());
    }

    private static List<Host> hosts(List<Member<AgentReport>> members, Groups groups) {
        Collection<List<Member<AgentReport>>> grouped =
                members.stream()
                        .collect(
                                groupingBy(
                                        member -> report(member).hostId(), TreeMap::new, toList()))
                        .values();
        return grouped.stream()
                .map(agents -> host(agents, groups))
                .sorted(comparing(Host::name).thenComparing(Host::id))
                .toList();
    }

    /** Agents of one host measure the same memory; the first that answers is believed. */
    private static Host host(List<Member<AgentReport>> members, Groups groups) {
        AgentReport measured =
                report(
                        members.stream()
                                .filter(member -> member.verdict() == Verdict.READY)
                                .findFirst()
                                .orElse(members.getFirst()));
        return new Host(
                measured.hostId(),
                members.stream()
                        .map(PageStates::hostName)
                        .distinct()
                        .sorted()
                        .collect(joining(", ")),
                measured.memory().total(),
                measured.memory().available(),
                members.stream()
                        .map(member -> agent(member, groups))
                        .sorted(comparing(Agent::address).thenComparing(Agent::id))
                        .toList());
    }

    static String hostName(Member<AgentReport> member) {
        String host = member.address().getHost();
        return host == null ? member.address().toString() : host;
    }

    private static Agent agent(Member<AgentReport> member, Groups groups) {
        AgentReport report = report(member);
        boolean ready = member.verdict() == Verdict.READY;
        return new Agent(
                report.agentId(),
                report.address(),
                report.version(),
                member.verdict().name(),
                member.reason(),
                ready ? null : member.seenAt().toEpochMilli(),
                engine(report.engine()),
                report.engineFault(),
                report.cores(),
                report.memory().budget(),
                report.memory().used(),
                report.store().free(),
                report.store().models(),
                groups.heldBy(report));
    }

    private static @Nullable Engine engine(@Nullable EngineBuild build) {
        return build == null
                ? null
                : new Engine(build.kind(), build.build(), build.rpcProtocol(), build.backends());
    }

    static AgentReport report(Member<AgentReport> member) {
        return member.reading().report();
    }
}
