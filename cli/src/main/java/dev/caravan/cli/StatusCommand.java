package dev.caravan.cli;

import dev.caravan.cli.api.GatewayClient;
import dev.caravan.cli.cluster.Status;
import dev.caravan.wire.WireJson;
import java.io.IOException;
import java.util.ArrayList;
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
        List<JsonNode> agents = agents(status);
        if (json) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("up", status.up());
            all.put("clusterId", status.clusterId());
            all.put("endpoint", status.endpoint());
            all.put("registry", status.registry());
            all.put("home", context.home().state().toString());
            all.put("processes", status.processes());
            all.put("agents", agents);
            context.say(WireJson.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(all));
        } else {
            print(status, agents);
        }
        return status.up() ? 0 : CliException.NOT_UP;
    }

    /** The agents' own reports; none where the gateway cannot tell. */
    private static List<JsonNode> agents(Status status) {
        try {
            JsonNode answer = new GatewayClient(status.endpoint()).get("/api/distributed/nodes");
            List<JsonNode> agents = new ArrayList<>();
            answer.path("nodes").valueStream().forEach(agents::add);
            return agents;
        } catch (CliException notNow) {
            return List.of();
        }
    }

    private void print(Status status, List<JsonNode> agents) {
        context.say("endpoint  " + status.endpoint() + (status.up() ? "" : "  (not all is up)"));
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
        agents.forEach(this::print);
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

    private static String shortened(String id) {
        return id.length() > 8 ? id.substring(0, 8) : id;
    }
}
