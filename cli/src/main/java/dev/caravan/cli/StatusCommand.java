package dev.caravan.cli;

import dev.caravan.cli.api.ControlPlane;
import dev.caravan.cli.api.GatewayClient;
import dev.caravan.cli.cluster.ClusterFile;
import dev.caravan.cli.cluster.Status;
import dev.caravan.wire.WireJson;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** Shows processes, engines and loaded models. */
@Command(
        name = "status",
        description = "Shows the processes with ports, memory and CPU, and the loaded models.",
        mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {

    private static final double MIB = 1024.0 * 1024;

    private final CliContext context;

    @Option(names = "--json", description = "for programs")
    private boolean json;

    StatusCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        Optional<Status> found = Status.of(context.home());
        if (found.isEmpty() || found.get().processes().isEmpty()) {
            if (json) {
                context.say("{\"up\":false,\"processes\":[],\"agents\":[]}");
                return CliException.NOT_UP;
            }
            throw CliException.notUp("nothing is up; start with: ./caravan up");
        }
        Status status = found.get();
        Nodes nodes = nodes(status);
        if (json) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("up", status.up());
            all.put("clusterId", status.clusterId());
            all.put("endpoint", status.endpoint());
            all.put("registry", status.registry());
            all.put("joined", status.joined());
            all.put("home", context.home().state().toString());
            all.put("processes", status.processes());
            all.put("agents", nodes.agents());
            all.put("unusable", nodes.unusable());
            context.say(WireJson.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(all));
        } else {
            print(status, nodes);
        }
        return status.up() ? 0 : CliException.NOT_UP;
    }

    /**
     * @param agents with their own reports and what is made of them
     * @param unusable addresses where an agent is listed that cannot be used
     */
    private record Nodes(List<JsonNode> agents, List<JsonNode> unusable) {}

    /** None where nobody can tell. */
    private Nodes nodes(Status status) throws IOException {
        try {
            JsonNode answer =
                    status.joined()
                            ? nodesOfJoined()
                            : new GatewayClient(status.endpoint()).get("/api/distributed/nodes");
            return new Nodes(
                    answer.path("nodes").valueStream().toList(),
                    answer.path("unusable").valueStream().toList());
        } catch (CliException notNow) {
            return new Nodes(List.of(), List.of());
        }
    }

    private JsonNode nodesOfJoined() throws IOException {
        try (ControlPlane control =
                context.controlPlane(ClusterFile.read(context.home()).orElseThrow())) {
            return WireJson.mapper().valueToTree(control.nodes());
        }
    }

    private void print(Status status, Nodes nodes) {
        String rest = status.up() ? "" : "  (not all is up)";
        context.say(
                status.joined()
                        ? "joined    " + status.registry() + rest
                        : "endpoint  " + status.endpoint() + rest);
        context.say(
                "%-10s %8s %6s %10s %9s %6s  %s"
                        .formatted("process", "pid", "port", "up", "memory", "cpu", "state"));
        for (Status.Row row : status.processes()) {
            context.say(
                    "%-10s %8d %6s %9.0fs %6.0fMiB %5.1f%%  %s"
                            .formatted(
                                    row.name(),
                                    row.pid(),
                                    row.port() == 0 ? "-" : Integer.toString(row.port()),
                                    row.uptimeSeconds(),
                                    row.residentBytes() / MIB,
                                    row.cpuPercent(),
                                    row.ready() ? "ready" : "starting"));
        }
        context.say(
                "in all %s %.0f MiB, %.1f%% of a core"
                        .formatted(
                                " ".repeat(32),
                                status.processes().stream()
                                                .mapToLong(Status.Row::residentBytes)
                                                .sum()
                                        / MIB,
                                status.processes().stream()
                                        .mapToDouble(Status.Row::cpuPercent)
                                        .sum()));
        nodes.agents().forEach(this::print);
        for (JsonNode unusable : nodes.unusable()) {
            context.say("");
            context.say(
                    "agent ?         %s  %s"
                            .formatted(
                                    unusable.path("verdict").asString("?"),
                                    unusable.path("reason").asString("")));
        }
    }

    private void print(JsonNode agent) {
        JsonNode report = agent.path("report");
        JsonNode engine = report.path("engine");
        context.say("");
        context.say(
                "agent %s  %s  engine %s"
                        .formatted(
                                shortened(report.path("agentId").asString("")),
                                agent.path("verdict").asString("?"),
                                engine.isObject()
                                        ? engine.path("kind").asString("")
                                                + " "
                                                + engine.path("build").asString("")
                                        : "none: " + report.path("engineFault").asString("?")));
        String reason = agent.path("reason").asString("");
        if (!reason.isEmpty()) {
            context.say("  " + reason);
        }
        context.say(
                "  at %s (%s)"
                        .formatted(
                                report.path("address").asString("?"),
                                report.path("addressReason").asString("not said why")));
        report.path("replicas")
                .valueStream()
                .forEach(
                        replica ->
                                context.say(
                                        "  %-30s %-9s %d/%d slots  context %d  %.0f MiB  pid %d"
                                                .formatted(
                                                        replica.path("model").asString(""),
                                                        replica.path("state").asString(""),
                                                        replica.path("busy").asInt(0),
                                                        replica.path("slots").asInt(0),
                                                        replica.path("contextLength").asInt(0),
                                                        replica.path("memory").asLong(0) / MIB,
                                                        replica.path("pid").asLong(0))));
    }

    static String shortened(String id) {
        return id.length() > 8 ? id.substring(0, 8) : id;
    }
}
