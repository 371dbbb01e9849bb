package dev.caravan.health.api.page;

import static java.util.Objects.requireNonNullElse;

import dev.caravan.health.api.page.PageState.Held;
import dev.caravan.health.api.page.PageState.Segment;
import dev.caravan.health.app.Member;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.AgentReport.Replica;
import dev.caravan.wire.DesiredEngines.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which process has which layers. A head's agent says how the layers are cut, a member's agent how
 * its RPC server is; the two are told apart in time, so either may miss for a moment.
 */
final class Groups {

    private static final String UNKNOWN = "UNKNOWN";

    private final Map<String, Member<AgentReport>> agents = new HashMap<>();
    private final Map<String, AgentReport.Member> lent = new HashMap<>();
    private final Map<String, LayerRange> ranges = new HashMap<>();

    Groups(List<Member<AgentReport>> members) {
        for (Member<AgentReport> member : members) {
            AgentReport report = PageStates.report(member);
            agents.put(report.agentId(), member);
            report.lent().forEach(server -> lent.put(server.memberId(), server));
            report.replicas().forEach(this::index);
        }
    }

    private void index(Replica replica) {
        List<Stage> stages = stages(replica);
        List<LayerRange> cut = LayerRange.of(stages);
        for (int index = 0; index < cut.size(); index++) {
            String server = stages.get(index).memberId();
            if (server != null) {
                ranges.put(server, cut.get(index));
            }
        }
    }

    private static List<Stage> stages(Replica replica) {
        return requireNonNullElse(replica.stages(), List.of());
    }

    /** The processes of one agent. */
    List<Held> heldBy(AgentReport report) {
        var held = new ArrayList<Held>();
        for (Replica replica : report.replicas()) {
            LayerRange own =
                    stages(replica).isEmpty()
                            ? LayerRange.whole(layers(report, replica))
                            : inTheHead(replica);
            held.add(
                    new Held(
                            replica.model(),
                            stages(replica).isEmpty() ? "whole" : "head",
                            replica.state().name(),
                            own.first(),
                            own.layers(),
                            own.output(),
                            replica.memory(),
                            replica.fault()));
        }
        for (AgentReport.Member server : report.lent()) {
            LayerRange range =
                    ranges.getOrDefault(
                            server.memberId(),
                            new LayerRange(server.firstLayer(), server.layers(), false));
            held.add(
                    new Held(
                            server.model(),
                            "member",
                            server.state().name(),
                            range.first(),
                            range.layers(),
                            range.output(),
                            server.memory(),
                            server.fault()));
        }
        return List.copyOf(held);
    }

    private static LayerRange inTheHead(Replica replica) {
        List<Stage> stages = stages(replica);
        return stages.getFirst().memberId() == null
                ? LayerRange.of(stages).getFirst()
                : new LayerRange(0, 0, false);
    }

    private static int layers(AgentReport report, Replica replica) {
        return report.models().stream()
                .filter(model -> model.digest().equals(replica.digest()))
                .flatMap(model -> Optional.ofNullable(model.facts()).stream())
                .map(facts -> facts.layers())
                .findFirst()
                .orElse(0);
    }

    /** Where the layers of a replica of {@code head} are. */
    List<Segment> segments(AgentReport head, Replica replica) {
        List<Stage> stages = stages(replica);
        if (stages.isEmpty()) {
            LayerRange whole = LayerRange.whole(layers(head, replica));
            return List.of(inHead(head.agentId(), head.address(), replica, whole));
        }
        List<LayerRange> cut = LayerRange.of(stages);
        var segments = new ArrayList<Segment>();
        for (int index = 0; index < cut.size(); index++) {
            Stage stage = stages.get(index);
            segments.add(
                    stage.memberId() == null
                            ? inHead(stage.agentId(), stage.address(), replica, cut.get(index))
                            : inMember(stage, stage.memberId(), cut.get(index)));
        }
        return List.copyOf(segments);
    }

    private Segment inHead(String agent, String address, Replica replica, LayerRange range) {
        return new Segment(
                agent,
                hostName(agent, address),
                verdict(agent),
                true,
                replica.state().name(),
                range.first(),
                range.layers(),
                range.output(),
                replica.memory(),
                replica.fault());
    }

    private Segment inMember(Stage stage, String memberId, LayerRange range) {
        Optional<AgentReport.Member> server = Optional.ofNullable(lent.get(memberId));
        return new Segment(
                stage.agentId(),
                hostName(stage.agentId(), stage.address()),
                verdict(stage.agentId()),
                false,
                server.map(known -> known.state().name()).orElse(UNKNOWN),
                range.first(),
                range.layers(),
                range.output(),
                server.map(AgentReport.Member::memory).orElse(0L),
                server.map(AgentReport.Member::fault).orElse(null));
    }

    private String hostName(String agent, String address) {
        Member<AgentReport> known = agents.get(agent);
        return known == null ? address : PageStates.hostName(known);
    }

    private String verdict(String agent) {
        Member<AgentReport> known = agents.get(agent);
        return known == null ? UNKNOWN : known.verdict().name();
    }
}
