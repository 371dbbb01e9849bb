package dev.caravan.engine.process;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;

/**
 * A running process on its leash: whatever ends the owner ends it. Its end is told once, by {@link
 * #onExit()}. Safe for any number of threads; no method blocks for longer than a small file takes.
 */
public final class LeashedProcess {

    private static final Duration LINES_LAG = Duration.ofMillis(100);

    private final ProcessSpec spec;

    /** Holds the leash: its stdin is never written to and never closed. */
    private final Process process;

    private final Instant startedAt;
    private final BoundedLog log;
    private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();

    LeashedProcess(ProcessSpec spec, Process process, Instant startedAt, BoundedLog log) {
        this.spec = spec;
        this.process = process;
        this.startedAt = startedAt;
        this.log = log;
    }

    /** Tells the end, once all that the launcher does about it is done. */
    void watch(Runnable onEnd) {
        var _ =
                process.onExit()
                        .thenAcceptAsync(
                                ended -> {
                                    var last = lastLines(ExitStatus.LAST_LINES);
                                    onEnd.run();
                                    exit.complete(new ExitStatus(ended.exitValue(), last));
                                },
                                afterLastLines());
    }

    /** What chooses the lines of a log may be some behind when the process has ended. */
    private Executor afterLastLines() {
        return spec.keptLines().isEmpty()
                ? ForkJoinPool.commonPool()
                : CompletableFuture.delayedExecutor(LINES_LAG.toMillis(), MILLISECONDS);
    }

    public long pid() {
        return process.pid();
    }

    public Instant startedAt() {
        return startedAt;
    }

    public List<String> command() {
        return spec.command();
    }

    public Path log() {
        return spec.log();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Completes when the process has ended, never with an error; cancelling it does nothing. */
    public CompletableFuture<ExitStatus> onExit() {
        return exit.copy();
    }

    /** The end of the log so far, oldest line first. */
    public List<String> lastLines(int lines) {
        try {
            return log.tail(lines);
        } catch (IOException e) {
            return List.of("log %s cannot be read: %s".formatted(spec.log(), e));
        }
    }

    /**
     * Asks the process to end, and kills it if it has not within the grace.
     *
     * @return completes when it has ended
     */
    public CompletableFuture<ExitStatus> terminate(Duration grace) {
        // Not Process.destroy(): it closes stdin, and that is the leash.
        process.toHandle().destroy();
        return onExit().orTimeout(grace.toNanos(), NANOSECONDS).exceptionallyCompose(_ -> kill());
    }

    /**
     * Kills the process at once.
     *
     * @return completes when it has ended
     */
    public CompletableFuture<ExitStatus> kill() {
        process.toHandle().destroyForcibly();
        return onExit();
    }

    void boundLog() throws IOException {
        log.bound();
    }
}
