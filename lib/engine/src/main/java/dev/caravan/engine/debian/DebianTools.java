package dev.caravan.engine.debian;

import dev.caravan.engine.process.ExitStatus;
import dev.caravan.engine.process.LeashedProcess;
import dev.caravan.engine.process.ProcessLauncher;
import dev.caravan.engine.process.ProcessSpec;
import dev.caravan.engine.source.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Runs Debian's own tools, on a leash, and tells their last lines when they fail. */
final class DebianTools implements AutoCloseable {

    /** What people can do on a host where the packages cannot be had. */
    static final String WAY_OUT = "build llama.cpp and set CARAVAN_ENGINE_DIR to its folder";

    private static final long LOG_BYTES = 256 * 1024;

    private final ProcessLauncher launcher;
    private final Path folder;

    /** Keeps its logs in {@code folder}, which is made. */
    DebianTools(Path folder) throws IOException {
        this.launcher = ProcessLauncher.open(folder);
        this.folder = folder;
    }

    /** The path of a tool, or an error that says what to do without it. */
    static Path require(String tool) {
        return Stream.of("/usr/bin", "/bin")
                .map(bin -> Path.of(bin, tool))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(
                        () ->
                                new EngineException(
                                        "%s: not on this host (expected: a Debian or Ubuntu with /usr/bin/%s; else %s)"
                                                .formatted(tool, tool, WAY_OUT)));
    }

    /** Runs a tool to its end in a folder; an exit code other than 0 is an error. */
    void run(Path workingDirectory, Duration limit, String tool, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(require(tool).toString()));
        command.addAll(arguments);
        LeashedProcess process =
                launcher.start(
                        new ProcessSpec(
                                command,
                                Map.of("LC_ALL", "C"),
                                workingDirectory,
                                folder.resolve(tool + ".log"),
                                LOG_BYTES));
        ExitStatus status = await(process, tool, limit);
        if (status.code() != 0) {
            throw new EngineException(
                    "%s failed: %s%nIf this host cannot reach a Debian mirror, %s."
                            .formatted(tool, status.describe(), WAY_OUT));
        }
    }

    @Override
    public void close() {
        launcher.close();
    }

    private static ExitStatus await(LeashedProcess process, String tool, Duration limit) {
        try {
            return process.onExit().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            ExitStatus killed = process.kill().join();
            throw new EngineException(
                    "%s: not done after %d s (expected: a reachable Debian mirror; else %s); %s"
                            .formatted(tool, limit.toSeconds(), WAY_OUT, killed.describe()),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.kill().join();
            throw new EngineException(tool + ": interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
