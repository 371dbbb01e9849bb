package dev.caravan.cli;

import dev.caravan.cli.api.GatewayClient;
import dev.caravan.cli.model.ModelPolicy;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Shows where a model would go, before anything happens. */
@Command(
        name = "plan",
        description = "Shows where a model's layers would go, or what is missing.",
        mixinStandardHelpOptions = true)
final class PlanCommand implements Callable<Integer> {

    private static final double MIB = 1024.0 * 1024;

    private final CliContext context;

    @Parameters(index = "0", paramLabel = "MODEL", description = "as ./caravan status names it")
    private String model = "";

    @Option(
            names = "--context",
            paramLabel = "N",
            description = "tokens of context of each slot (as the model's policy says)")
    private @Nullable Integer contextLength;

    @Option(
            names = "--force",
            paramLabel = "AGENT=0-11,...",
            description =
                    "exactly these layers on these agents, last one included; kept in the model's policy if it fits")
    private @Nullable String force;

    @Option(names = "--json", description = "for programs")
    private boolean json;

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description = "another gateway than that of the cluster here")
    private String endpoint = "";

    PlanCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        if (contextLength != null && contextLength < 1) {
            throw CliException.usage("--context: %d (expected: >= 1)".formatted(contextLength));
        }
        Map<String, String> query = new LinkedHashMap<>();
        query.put("model", model);
        if (contextLength != null) {
            query.put("contextLength", contextLength.toString());
        }
        if (force != null) {
            ModelPolicy.requireRanges("--force", force);
            query.put("ranges", force);
        }
        GatewayClient gateway = context.gateway(endpoint);
        JsonNode plan = gateway.get(GatewayClient.path("/api/distributed/plan", query));
        String outcome = plan.path("outcome").asString("?");
        boolean fits = !outcome.equals("NO_FIT") && !outcome.equals("REFUSED");
        if (json) {
            context.say(plan.toPrettyString());
        } else {
            print(plan, outcome);
        }
        if (fits && force != null) {
            new ModelPolicy(gateway, model).change(Map.of("ranges", force));
            if (!json) {
                context.say("kept in the policy of " + model);
            }
        }
        return fits ? 0 : CliException.FAILED;
    }

    private void print(JsonNode plan, String outcome) {
        context.say(
                "%s  %s  %d layers, context %d x %d slots, %.0f MiB in all"
                        .formatted(
                                plan.path("model").asString(model),
                                outcome,
                                plan.path("layers").asInt(0),
                                plan.path("contextLength").asInt(0),
                                plan.path("slots").asInt(0),
                                plan.path("need").asLong(0) / MIB));
        if (!plan.path("stages").isEmpty()) {
            context.say(
                    "%-7s %-9s %-28s %-12s %9s %8s %8s %8s %8s"
                            .formatted(
                                    "role", "agent", "address", "layers", "weights", "kv",
                                    "buffers", "total", "free"));
        }
        plan.path("stages").valueStream().forEach(this::printStage);
        if (!plan.path("evict").isEmpty()) {
            context.say("unloads first  " + plan.path("evict"));
        }
        if (plan.has("shortfall")) {
            context.say(
                    "missing  %.0f MiB (%d bytes)%s"
                            .formatted(
                                    plan.path("shortfall").asLong(0) / MIB,
                                    plan.path("shortfall").asLong(0),
                                    plan.has("fittingContext")
                                            ? "; a context of %d would fit"
                                                    .formatted(plan.path("fittingContext").asInt(0))
                                            : ""));
        }
        plan.path("leftOut")
                .valueStream()
                .forEach(
                        agent ->
                                context.say(
                                        "agent %s %s"
                                                .formatted(
                                                        StatusCommand.shortened(
                                                                agent.path("agentId").asString("")),
                                                        agent.path("reason").asString(""))));
        if (plan.has("standby")) {
            JsonNode standby = plan.path("standby");
            context.say(
                    "standby  %d of %d ready  %s"
                            .formatted(
                                    standby.path("ready").asInt(0),
                                    standby.path("wanted").asInt(0),
                                    standby.path("reason").asString("")));
        }
        if (plan.hasNonNull("error")) {
            context.say(plan.path("error").asString(""));
        }
    }

    private void printStage(JsonNode stage) {
        context.say(
                "%-7s %-9s %-28s %-12s %5.0f MiB %4.0f MiB %4.0f MiB %4.0f MiB %4.0f MiB"
                        .formatted(
                                stage.path("role").asString(""),
                                StatusCommand.shortened(stage.path("agentId").asString("")),
                                stage.path("address").asString(""),
                                layers(stage),
                                stage.path("weights").asLong(0) / MIB,
                                stage.path("kv").asLong(0) / MIB,
                                stage.path("buffers").asLong(0) / MIB,
                                stage.path("total").asLong(0) / MIB,
                                stage.path("free").asLong(0) / MIB));
    }

    private static String layers(JsonNode stage) {
        String output = stage.path("output").asBoolean(false) ? "+output" : "";
        return stage.has("firstLayer")
                ? stage.path("firstLayer").asInt(0)
                        + "-"
                        + stage.path("lastLayer").asInt(0)
                        + output
                : "none" + output;
    }
}
