package dev.caravan.worker.adapter.ollama;

import dev.caravan.engine.process.ExitStatus;
import dev.caravan.engine.process.Listening;
import dev.caravan.engine.process.ProcessLauncher;
import dev.caravan.worker.app.engine.EngineEnd;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * A server that this agent starts, on a free port of loopback, and that dies with it. One that ends
 * is started again, on another port, since the last one may have been taken by somebody else; each
 * time after a longer pause, until it has run for a while. It is asked nothing before the port is
 * seen to be its own.
 */
final class StartedOllama implements OllamaHost {

    private static final Logger log = LoggerFactory.getLogger(StartedOllama.class);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /** Whoever ran for so long is started again as if it had never failed. */
    private static final Duration STEADY = Duration.ofMinutes(1);

    /** It looks for GPUs before its first answer, which takes half a minute on some machines. */
    private static final Duration LONGEST_SILENCE = Duration.ofMinutes(2);

    /** It ends its engines first. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final OllamaCommand command;
    private final ProcessLauncher launcher;
    private final Duration longestSilence;

    // All guarded by this; nobody else's lock is taken while it is held.
    private @Nullable Watcher watcher;
    private @Nullable ServingProcess running;
    private int port;
    private Duration pause = FIRST_PAUSE;
    private Optional<String> fault = Optional.empty();
    private boolean closed;

    StartedOllama(OllamaCommand command, ProcessLauncher launcher) {
        this(command, launcher, LONGEST_SILENCE);
    }

    /**
     * @param longestSilence after which it is ended, to be started again
     */
    StartedOllama(OllamaCommand command, ProcessLauncher launcher, Duration longestSilence) {
        this.command = command;
        this.launcher = launcher;
        this.longestSilence = longestSilence;
    }

    @Override
    public synchronized OllamaUrl url() {
        return command.address(port);
    }

    @Override
    public synchronized String shown() {
        return running == null ? command.name() : url().toString();
    }

    @Override
    public boolean isHere() {
        return true;
    }

    @Override
    public void start(Watcher told) {
        synchronized (this) {
            watcher = told;
        }
        begin();
    }

    private synchronized void begin() {
        if (closed) {
            return;
        }
        try {
            port = Listening.freePort();
            ServingProcess begun = new ServingProcess(launcher.start(command.on(port)), port);
            running = begun;
            // never on this thread, which has the lock
            var _ = begun.process().onExit().thenAcceptAsync(status -> ended(begun, status));
            log.atInfo()
                    .addKeyValue("command", begun.process().command().getFirst())
                    .addKeyValue("pid", begun.process().pid())
                    .addKeyValue("url", url())
                    .log("ollama started");
        } catch (IOException unable) {
            failed(String.valueOf(unable.getMessage()));
        }
    }

    /** It could not even be started. */
    private void failed(String why) {
        Optional<String> now = Optional.of(why);
        if (!fault.equals(now)) {
            log.atWarn().addKeyValue("cause", why).log("ollama cannot be started");
        }
        fault = now;
        again();
    }

    private void ended(ServingProcess over, ExitStatus status) {
        String why = "%s serve: %s".formatted(command.name(), reason(over, status));
        Watcher told;
        synchronized (this) {
            if (closed) {
                return;
            }
            running = null;
            fault = Optional.of(why);
            if (over.age().compareTo(STEADY) > 0) {
                pause = FIRST_PAUSE;
            }
            log.atWarn()
                    .addKeyValue("cause", why)
                    .addKeyValue("startedAgainAfter", pause)
                    .log("ollama ended");
            told = watcher;
            again();
        }
        if (told != null) {
            told.ended(new EngineEnd(status.code(), why));
        }
    }

    private String reason(ServingProcess over, ExitStatus status) {
        return over.wasSilent()
                ? "no answer for %d s, ended (expected: an Ollama that answers; %s)"
                        .formatted(longestSilence.toSeconds(), told())
                : status.describe();
    }

    private void again() {
        var _ =
                Schedulers.boundedElastic()
                        .schedule(this::beginAgain, pause.toMillis(), TimeUnit.MILLISECONDS);
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
    }

    private void beginAgain() {
        begin();
        Watcher told;
        synchronized (this) {
            told = running == null ? null : watcher;
        }
        if (told != null) {
            told.again();
        }
    }

    @Override
    public Mono<Void> reachable() {
        return Mono.<Void>fromRunnable(this::requireListening)
                .subscribeOn(Schedulers.boundedElastic());
    }

    private void requireListening() {
        ServingProcess now;
        synchronized (this) {
            now = running;
        }
        if (now == null) {
            throw new IllegalStateException("not running");
        }
        now.requireListening();
    }

    @Override
    public synchronized void answered() {
        fault = Optional.empty();
        if (running != null) {
            running.answered();
        }
    }

    @Override
    public synchronized String missed(Throwable failure) {
        if (running != null) {
            running.endIfSilentFor(longestSilence);
        }
        return fault.orElseGet(
                () ->
                        "%s serve: %s (expected: an Ollama that answers; %s)"
                                .formatted(command.name(), failure.getMessage(), told()));
    }

    private String told() {
        return "its log: " + command.log();
    }

    @Override
    public synchronized boolean isStarting() {
        return running != null && !running.hasAnswered();
    }

    @Override
    public void close() {
        ServingProcess last;
        synchronized (this) {
            closed = true;
            last = running;
        }
        if (last != null) {
            last.process().terminate(GRACE).join();
        }
    }
}
