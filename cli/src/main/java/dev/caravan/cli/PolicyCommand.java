package dev.caravan.cli;

import dev.caravan.cli.model.ModelPolicy;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Shows and changes what holds for one model. */
@Command(
        name = "policy",
        description = "Shows a model's policy, or changes it.",
        mixinStandardHelpOptions = true)
final class PolicyCommand implements Callable<Integer> {

    private final CliContext context;

    @Parameters(index = "0", paramLabel = "MODEL", description = "as ./caravan status names it")
    private String model = "";

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "KEY=VALUE",
            description =
                    "continuation=fluent|exact|repeat, ranges=AGENT=0-11,AGENT2=12-31, minimum-hosts=N, context-length=N, engine-options='--switch value'; nothing behind = takes it away")
    private List<String> changes = List.of();

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description = "another gateway than that of the cluster here")
    private String endpoint = "";

    PolicyCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        Map<String, String> values = new LinkedHashMap<>();
        for (String change : changes) {
            int split = change.indexOf('=');
            if (split < 1) {
                throw CliException.usage(
                        "%s: no change (expected: KEY=VALUE with one of the keys %s)"
                                .formatted(change, ModelPolicy.KEYS));
            }
            values.put(change.substring(0, split), change.substring(split + 1));
        }
        ModelPolicy.requireReadable(values);
        ModelPolicy policy = new ModelPolicy(context.gateway(endpoint), model);
        JsonNode now = values.isEmpty() ? policy.read() : policy.change(values);
        ModelPolicy.lines(now).forEach(context::say);
        return 0;
    }
}
