package dev.caravan.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One answer on the terminal. */
@Command(
        name = "run",
        description = "Streams one answer of a model to the terminal.",
        mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {

    private final CliContext context;

    @Parameters(index = "0", paramLabel = "MODEL", description = "as ./caravan status names it")
    private String model = "";

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "PROMPT",
            description = "read from the input when left out")
    private List<String> prompt = List.of();

    @Option(
            names = {"-n", "--tokens"},
            paramLabel = "N",
            description = "the most tokens to generate (as many as the model wants)")
    private @Nullable Integer tokens;

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description = "another gateway than that of the cluster here")
    private String endpoint = "";

    RunCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        String text =
                prompt.isEmpty()
                        ? new String(context.in().readAllBytes(), StandardCharsets.UTF_8).strip()
                        : String.join(" ", prompt);
        if (text.isEmpty()) {
            throw CliException.usage("prompt: empty (expected: words behind MODEL or piped in)");
        }
        new Answer(context, context.gateway(endpoint))
                .generate(
                        model, text, tokens == null ? OptionalInt.empty() : OptionalInt.of(tokens));
        return 0;
    }
}
