package dev.caravan.cli;

import dev.caravan.cli.cluster.HomeLock;
import dev.caravan.cli.cluster.Shutdown;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Ends the cluster. */
@Command(
        name = "down",
        description = "Ends all processes of the cluster; nothing stays behind.",
        mixinStandardHelpOptions = true)
final class DownCommand implements Callable<Integer> {

    private static final Duration LOCK_PATIENCE = Duration.ofSeconds(60);

    private final CliContext context;

    DownCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        if (Files.notExists(context.home().clusterFile())) {
            context.say("nothing is up");
            return 0;
        }
        try (HomeLock _ = HomeLock.take(context.home(), LOCK_PATIENCE, context::say)) {
            int ended = new Shutdown(context.home(), context::say).down();
            context.say(ended == 0 ? "nothing was up" : "ended " + ended + " processes");
        }
        return 0;
    }
}
