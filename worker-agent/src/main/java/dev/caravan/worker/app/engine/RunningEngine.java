package dev.caravan.worker.app.engine;

import dev.caravan.core.model.ModelRunner;
import dev.caravan.core.run.RunFrame;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.IntSupplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One engine process, or one model in an engine that serves several. */
public interface RunningEngine {

    /** 0 where there is no process yet, or where it is not the agent's. */
    long pid();

    /** Completes with the process's id once there is one; stays silent where there never is. */
    default Mono<Long> started() {
        return Mono.just(pid());
    }

    default ModelRunner kind() {
        return ModelRunner.LLAMA_CPP;
    }

    /** Bytes it holds, as it tells itself; empty where the process has to be looked at. */
    default OptionalLong memory() {
        return OptionalLong.empty();
    }

    /**
     * Requests it runs at once, as far as is known now.
     *
     * @param wanted as many as it was started for
     * @return 1 to {@code wanted}
     */
    default int slots(int wanted) {
        return wanted;
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
     * A number that grows while the engine works, also on what it does not tell; empty where it
     * tells none, an error where it does not answer.
     */
    default Mono<Long> work() {
        return Mono.empty();
    }

    /**
     * Completes when the engine works on no more than {@code others} requests, or after two
     * seconds, or where it does not answer; never an error.
     */
    Mono<Void> settled(IntSupplier others);
}
