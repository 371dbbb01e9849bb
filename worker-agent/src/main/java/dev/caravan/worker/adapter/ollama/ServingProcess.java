package dev.caravan.worker.adapter.ollama;

import dev.caravan.engine.process.LeashedProcess;
import dev.caravan.engine.process.Listening;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.LongStream;

/** One {@code ollama serve}, from its start to its end. Safe for any number of threads. */
final class ServingProcess {

    private final LeashedProcess process;
    private final int port;
    private volatile long heard = System.nanoTime();
    private volatile boolean answered;
    private volatile boolean listens;
    private volatile boolean silenced;

    ServingProcess(LeashedProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    LeashedProcess process() {
        return process;
    }

    Duration age() {
        return Duration.between(process.startedAt(), Instant.now());
    }

    /**
     * The port was free when it was given; blocks for a few files.
     *
     * @throws IllegalStateException where the port is not, or not yet, its own
     */
    void requireListening() {
        listens = listens || ids().anyMatch(this::isListener);
        if (!listens) {
            throw new IllegalStateException("does not listen on port " + port);
        }
    }

    /** A script may have started it. */
    private LongStream ids() {
        return LongStream.concat(
                LongStream.of(process.pid()),
                ProcessHandle.of(process.pid()).stream()
                        .flatMap(ProcessHandle::descendants)
                        .mapToLong(ProcessHandle::pid));
    }

    private boolean isListener(long pid) {
        try {
            return Listening.does(pid, port);
        } catch (IOException ended) {
            return false;
        }
    }

    void answered() {
        heard = System.nanoTime();
        answered = true;
    }

    boolean hasAnswered() {
        return answered;
    }

    /** Ends one that has not answered for longer. */
    void endIfSilentFor(Duration longest) {
        if (System.nanoTime() - heard > longest.toNanos()) {
            silenced = true;
            var _ = process.kill();
        }
    }

    /** Whether it was ended for its silence. */
    boolean wasSilent() {
        return silenced;
    }
}
