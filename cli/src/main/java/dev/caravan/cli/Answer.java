package dev.caravan.cli;

import dev.caravan.cli.api.GatewayClient;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/** One streamed answer on the terminal, each piece as it comes. */
final class Answer {

    private static final double NANOS = 1e9;

    private final CliContext context;
    private final GatewayClient gateway;

    Answer(CliContext context, GatewayClient gateway) {
        this.context = context;
        this.gateway = gateway;
    }

    /**
     * Prints the model's answer and, below it, what it took.
     *
     * @param tokens the most to generate; empty for as many as the model wants
     */
    void generate(String model, String prompt, OptionalInt tokens) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("model", model);
        request.put("prompt", prompt);
        if (tokens.isPresent()) {
            request.put("options", Map.of("num_predict", tokens.getAsInt()));
        }
        gateway.stream(
                "/api/generate",
                request,
                line -> {
                    context.out().print(line.path("response").asString(""));
                    context.out().flush();
                    if (line.path("done").asBoolean(false)) {
                        long count = line.path("eval_count").asLong(0);
                        double seconds = line.path("eval_duration").asLong(0) / NANOS;
                        context.say("");
                        context.say(
                                "(%d tokens in %.2f s, first after %.2f s)"
                                        .formatted(
                                                count,
                                                seconds,
                                                line.path("total_duration").asLong(0) / NANOS
                                                        - seconds));
                    }
                });
    }
}
