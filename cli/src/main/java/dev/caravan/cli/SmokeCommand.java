package dev.caravan.cli;

import dev.caravan.cli.api.GatewayClient;
import dev.caravan.cli.model.DemoModel;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/**
 * Checks the running cluster from end to end: the gateway answers, sees its agents, and streams
 * what an engine generates. Prompt and seed are new each time, so no answer can be a kept one.
 */
@Command(
        name = "smoke",
        description = "Checks the running cluster from end to end.",
        mixinStandardHelpOptions = true)
final class SmokeCommand implements Callable<Integer> {

    private static final int TOKENS = 48;

    /** An answer of that many tokens that comes in fewer lines was not streamed. */
    private static final int FEWEST_LINES = TOKENS / 4;

    private final CliContext context;

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description = "another gateway than that of the cluster here")
    private String endpoint = "";

    SmokeCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        GatewayClient gateway = context.gateway(endpoint);
        step("gateway", gateway.get("/api/version").path("version").asString("?"));
        step("nodes", nodes(gateway));
        Files.createDirectories(context.home().work());
        String model = new DemoModel(gateway, context.home().work(), context::say).name();
        step("model", model);
        String prompt = "smoke " + ThreadLocalRandom.current().nextLong();
        Map<String, Object> options =
                Map.of(
                        "num_predict",
                        TOKENS,
                        "temperature",
                        0,
                        "seed",
                        ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE));
        String first =
                answer(
                        gateway,
                        "generate",
                        Map.of("model", model, "prompt", prompt, "options", options));
        answer(
                gateway,
                "chat",
                Map.of(
                        "model",
                        model,
                        "messages",
                        List.of(Map.of("role", "user", "content", prompt)),
                        "options",
                        options));
        String other =
                answer(
                        gateway,
                        "generate",
                        Map.of("model", model, "prompt", prompt + "!", "options", options));
        if (other.equals(first)) {
            throw new CliException(
                    "two prompts: one answer \"%s\" (expected: two answers)".formatted(first));
        }
        context.say("smoke: all is well");
        return 0;
    }

    private static String nodes(GatewayClient gateway) {
        List<String> verdicts =
                gateway.get("/api/distributed/nodes")
                        .path("nodes")
                        .valueStream()
                        .map(node -> node.path("verdict").asString("?"))
                        .toList();
        if (!verdicts.contains("READY")) {
            throw new CliException(
                    "nodes: %s (expected: at least one READY); see ./caravan status"
                            .formatted(verdicts));
        }
        return verdicts.toString();
    }

    /** Asks, and holds the stream against the engine's own counts. */
    private String answer(GatewayClient gateway, String route, Map<String, Object> request) {
        List<JsonNode> lines = new ArrayList<>();
        gateway.stream("/api/" + route, request, lines::add);
        if (lines.isEmpty() || !lines.getLast().path("done").asBoolean(false)) {
            throw new CliException(route + ": the stream has no final line (expected: done)");
        }
        JsonNode end = lines.getLast();
        long counted = end.path("eval_count").asLong(0);
        boolean tooFew = end.path("done_reason").asString("").equals("length") && counted != TOKENS;
        if (counted < 1 || tooFew) {
            throw new CliException(
                    "%s: the engine counted %d tokens (expected: %d)"
                            .formatted(route, counted, TOKENS));
        }
        if (lines.size() < Math.min(FEWEST_LINES, counted / 4)) {
            throw new CliException(
                    "%s: %d lines for %d tokens (expected: a stream)"
                            .formatted(route, lines.size(), counted));
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode line : lines) {
            text.append(line.path("response").asString(""));
            text.append(line.path("message").path("content").asString(""));
        }
        step(
                route,
                "%d lines, engine: %d prompt tokens, %d tokens, %.0f ms"
                        .formatted(
                                lines.size(),
                                end.path("prompt_eval_count").asLong(0),
                                counted,
                                end.path("eval_duration").asLong(0) / 1e6));
        return text.toString();
    }

    private void step(String what, String found) {
        context.say("%-10s %s".formatted(what, found));
    }
}
