package dev.caravan.worker.adapter.llamacpp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * When an engine is ready, and where. It picks a free port itself, so that two never fight for one,
 * and its log says which; the line comes when the model is loaded, and then its health has to
 * agree.
 */
final class Readiness {

    private static final Pattern LISTENING =
            Pattern.compile("listening on http://([0-9.]+:[1-9][0-9]*)");

    private static final Duration POLL = Duration.ofMillis(25);

    private final Path log;
    private final Duration loadTimeout;

    Readiness(Path log, Duration loadTimeout) {
        this.log = log;
        this.loadTimeout = loadTimeout;
    }

    /**
     * The engine's address once it answers.
     *
     * @param health asks an address; an error means not yet
     */
    Mono<String> address(Function<String, Mono<byte[]>> health) {
        return Mono.fromCallable(this::announced)
                .subscribeOn(Schedulers.boundedElastic())
                .flatMap(Mono::justOrEmpty)
                .repeatWhenEmpty(again -> again.delayElements(POLL))
                .flatMap(address -> healthy(address, health))
                .timeout(loadTimeout, Mono.error(this::late));
    }

    private static Mono<String> healthy(String address, Function<String, Mono<byte[]>> health) {
        return Mono.defer(() -> health.apply(address))
                .map(_ -> address)
                .onErrorComplete()
                .repeatWhenEmpty(again -> again.delayElements(POLL));
    }

    private Optional<String> announced() throws IOException {
        Matcher line = LISTENING.matcher(new String(Files.readAllBytes(log), UTF_8));
        return line.find() ? Optional.of(line.group(1)) : Optional.empty();
    }

    private CaravanException late() {
        return new CaravanException(
                FaultCode.LOAD_FAILED,
                "engine: not ready after %s (expected: sooner; a larger model may need a larger caravan.worker.load-timeout), log %s"
                        .formatted(loadTimeout, log));
    }
}
