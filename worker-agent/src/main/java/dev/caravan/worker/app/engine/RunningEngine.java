package dev.caravan.worker.app.engine;

import dev.caravan.core.run.RunFrame;
import java.time.Duration;
import java.util.function.IntSupplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One engine process. */
public interface RunningEngine {

    /** 0 where there is no process yet. */
    long pid();

    /** Completes with the process's id once there is one; stays silent where there never is. */
    default Mono<Long> started() {
        return Mono.just(pid());
    }

    /**
     * Completes with the address, host:port on loopback, as soon as it answers; an error where it
     * has not within the load timeout. Stays silent where the process ends.
     */
    Mono<String> ready();

    /** Completes when the process has ended, for whatever reason; never an error. */
    Mono<EngineEnd> ended();

    /** Asks the process to end, kills it where it has not within the grace; does not wait. */
    void stop(Duration grace);

    /**
     * One generation. Errors before the first frame are {@code CaravanException}s; one after it is
     * a {@link RunFrame.Fail}. Cancelling it stops the generation.
     */
    Flux<RunFrame> run(EngineRequest request);

    /**
     * Completes when the engine works on no more than {@code others} requests, or after two
     * seconds, or where it does not answer; never an error.
     */
    Mono<Void> settled(IntSupplier others);
}
