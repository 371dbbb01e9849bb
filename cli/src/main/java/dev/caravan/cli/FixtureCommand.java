package dev.caravan.cli;

import dev.caravan.cli.model.Fixture;
import dev.caravan.cli.model.FixtureType;
import dev.caravan.cli.model.ModelImport;
import dev.caravan.cli.model.Quantizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a model of random weights, or one that says a text. */
@Command(
        name = "fixture",
        description =
                "Makes a small model of random weights, or one that says a given text, for tests and demonstrations.",
        mixinStandardHelpOptions = true)
final class FixtureCommand implements Callable<Integer> {

    private static final int DEFAULT_WIDTH = 256;
    private static final long DEFAULT_SEED = 1;

    private final CliContext context;

    @Parameters(index = "0", paramLabel = "NAME", description = "the model's new name")
    private String name = "";

    @Option(names = "--layers", paramLabel = "N", description = "(${DEFAULT-VALUE})")
    private int layers = 8;

    @Option(
            names = "--width",
            paramLabel = "W",
            description =
                    "of the hidden state: a multiple of 32, of 256 for K-quants (256); not with --say")
    private @Nullable Integer width;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "another one makes another model (1); not with --say")
    private @Nullable Long seed;

    @Option(
            names = "--say",
            paramLabel = "TEXT",
            description = "the model says this, whatever it is asked")
    private @Nullable String say;

    @Option(names = "--endless", description = "with --say: over and over, to the request's limit")
    private boolean endless;

    @Option(names = "--embedding", description = "one that makes vectors of texts; not with --say")
    private boolean embedding;

    @Option(names = "--type", paramLabel = "T", description = "F32, F16 (the usual), Q8_0, Q4_K_M")
    private String type = FixtureType.F16.name();

    @Option(
            names = "--output",
            paramLabel = "FILE.gguf",
            description = "only write this file; no cluster is needed")
    private @Nullable Path output;

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description = "another gateway than that of the cluster here")
    private String endpoint = "";

    FixtureCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        FixtureType chosen =
                FixtureType.of(type)
                        .orElseThrow(
                                () ->
                                        CliException.usage(
                                                "type: %s (expected one of: %s)"
                                                        .formatted(
                                                                type,
                                                                List.of(FixtureType.values()))));
        Fixture fixture = fixture(chosen);
        if (output != null) {
            fixture.write(output, this::quantizer);
            context.say("wrote " + output);
            return 0;
        }
        Files.createDirectories(context.home().work());
        Path folder = Files.createTempDirectory(context.home().work(), "fixture-");
        Path file = folder.resolve("model.gguf");
        try {
            fixture.write(file, this::quantizer);
            new ModelImport(context.gateway(endpoint), context::say).send(name, file, policy());
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(folder);
        }
        return 0;
    }

    /** Random weights have near-ties that a sum in another order turns; a script has none. */
    private Optional<String> policy() {
        return say == null ? Optional.of("exact") : Optional.empty();
    }

    private Fixture fixture(FixtureType chosen) {
        if (say == null) {
            if (endless) {
                throw CliException.usage(
                        "--endless: no text (expected: --say TEXT beside it, the text to be repeated)");
            }
            return Fixture.random(
                    name,
                    layers,
                    Objects.requireNonNullElse(width, DEFAULT_WIDTH),
                    Objects.requireNonNullElse(seed, DEFAULT_SEED),
                    chosen,
                    embedding);
        }
        if (embedding) {
            throw CliException.usage(
                    "--embedding: with --say (expected: one of the two; vectors are not said)");
        }
        refuseWithSay("--width", width);
        refuseWithSay("--seed", seed);
        return Fixture.saying(name, say, endless, layers, chosen);
    }

    private static void refuseWithSay(String option, @Nullable Number value) {
        if (value != null) {
            throw CliException.usage(
                    "%s: %s with --say (expected: one of the two; --say makes no random weights)"
                            .formatted(option, value));
        }
    }

    private Quantizer quantizer() {
        return new Quantizer(
                new Engines()
                        .installed(context::say)
                        .quantize()
                        .orElseThrow(
                                () ->
                                        new CliException(
                                                "type: %s needs llama-quantize, which the engine here does not have; --type F16 does not need it"
                                                        .formatted(type))));
    }
}
