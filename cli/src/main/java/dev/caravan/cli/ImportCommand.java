package dev.caravan.cli;

import dev.caravan.cli.model.ModelImport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a model of a file. */
@Command(
        name = "import",
        description = "Checks a GGUF file and makes a model of it.",
        mixinStandardHelpOptions = true)
final class ImportCommand implements Callable<Integer> {

    private final CliContext context;

    @Parameters(index = "0", paramLabel = "NAME", description = "the model's new name")
    private String name = "";

    @Parameters(index = "1", paramLabel = "FILE.gguf", description = "the model's file")
    private Path file = Path.of("");

    @Option(
            names = "--continuation",
            paramLabel = "POLICY",
            description = "what is promised when a machine dies: fluent (the usual), exact")
    private String continuation = "";

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description = "another gateway than that of the cluster here")
    private String endpoint = "";

    ImportCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        new ModelImport(context.gateway(endpoint), context::say)
                .send(name, file, Optional.of(continuation).filter(policy -> !policy.isEmpty()));
        return 0;
    }
}
