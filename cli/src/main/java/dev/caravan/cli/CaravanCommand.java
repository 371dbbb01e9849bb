package dev.caravan.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What stands in front of every command. */
@Command(
        name = "caravan",
        description = "One Ollama endpoint for several machines.",
        mixinStandardHelpOptions = true,
        version = "caravan 0.1.0",
        synopsisSubcommandLabel = "COMMAND")
final class CaravanCommand implements Runnable {

    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = {"-v", "--verbose"},
            scope = picocli.CommandLine.ScopeType.INHERIT,
            description = "show where a failure comes from")
    private boolean verbose;

    boolean verbose() {
        return verbose;
    }

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "no command");
        }
    }
}
