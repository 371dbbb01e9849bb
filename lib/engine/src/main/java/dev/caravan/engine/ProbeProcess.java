package dev.caravan.engine;

import dev.caravan.engine.process.ExitStatus;
import dev.caravan.engine.process.LeashedProcess;
import dev.caravan.engine.source.EngineException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** An engine's process while it is tried: waits for it, within limits; killed by {@link #close}. */
record ProbeProcess(LeashedProcess process) implements AutoCloseable {

    /** An engine starts in a tenth of a second; a loaded host with cold disks takes its time. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);
    private static final int ALL_LINES = 10_000;

    /** The log so far. */
    List<String> lines() {
        return process.lastLines(ALL_LINES);
    }

    /** Looks until there is a value; an error if the process ends or the time is over before. */
    <T> T await(Supplier<Optional<T>> look) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (System.nanoTime() < deadline) {
            Optional<T> value = look.get();
            if (value.isPresent()) {
                return value.get();
            }
            endWithin(BETWEEN_LOOKS)
                    .ifPresent(
                            status -> {
                                throw failure("ended before it was ready: " + status.describe());
                            });
        }
        throw failure("not ready after %d s".formatted(LIMIT.toSeconds()));
    }

    /** Waits for the end. */
    ExitStatus end() {
        return endWithin(LIMIT)
                .orElseThrow(() -> failure("not done after %d s".formatted(LIMIT.toSeconds())));
    }

    /** An error that names the binary and ends with the way out. */
    EngineException failure(String what) {
        return new EngineException(
                "%s: %s%n(expected: a working llama.cpp; else set CARAVAN_ENGINE_DIR to a folder that holds one)"
                        .formatted(process.command().getFirst(), what));
    }

    /** Kills it and tells how it ended. */
    ExitStatus kill() {
        return process.kill().join();
    }

    @Override
    public void close() {
        kill();
    }

    private Optional<ExitStatus> endWithin(Duration limit) {
        try {
            return Optional.of(process.onExit().get(limit.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException stillRunning) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException("interrupted while an engine was tried", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
