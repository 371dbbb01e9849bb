package dev.caravan.gateway.stream;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.RunRequest;
import dev.caravan.gateway.app.GatewayMeters;
import dev.caravan.gateway.app.Views;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Vectors of any number of texts. Each text is a request of its own, with its own place in line; as
 * many are under way as the model has slots, so that one long list does not fill the line.
 */
public final class Embeddings {

    /** Of a model that is not loaded yet: slots of an engine where nothing else is said. */
    private static final int SLOTS_TO_COME = 4;

    private static final String OPERATION = "embeddings";

    private final Answers answers;
    private final Views views;
    private final GatewayMeters meters;

    public Embeddings(Answers answers, Views views, GatewayMeters meters) {
        this.answers = answers;
        this.views = views;
        this.meters = meters;
    }

    /**
     * @param values as the engine made them, in the order of the texts
     * @param tokens of all texts
     * @param total from the first text's arrival to the last vector
     * @param load of that, until there was an engine for the first text
     */
    public record Vectors(List<float[]> values, int tokens, Duration total, Duration load) {}

    private record One(float[] vector, int tokens, Duration waited) {}

    /**
     * @param requests for one model, at least one
     */
    public Mono<Vectors> of(List<RunRequest> requests) {
        return Mono.defer(
                () -> {
                    long start = meters.now();
                    return Flux.fromIterable(requests)
                            .flatMapSequential(this::one, width(requests.getFirst().digest()), 1)
                            .collectList()
                            .map(all -> vectors(all, meters.since(start)));
                });
    }

    private static Vectors vectors(List<One> all, Duration total) {
        return new Vectors(
                all.stream().map(One::vector).toList(),
                all.stream().mapToInt(One::tokens).sum(),
                total,
                all.getFirst().waited());
    }

    private int width(ModelDigest model) {
        int slots =
                views.current().replicasOf(model).stream()
                        .mapToInt(replica -> replica.slots())
                        .sum();
        return slots > 0 ? slots : SLOTS_TO_COME;
    }

    private Mono<One> one(RunRequest request) {
        return answers.answer(request, OPERATION)
                .collectList()
                .map(
                        parts -> {
                            List<RunFrame> frames =
                                    parts.stream().flatMap(part -> part.frames().stream()).toList();
                            return new One(
                                    vector(frames), tokens(frames), parts.getLast().waited());
                        });
    }

    private static float[] vector(List<RunFrame> frames) {
        return frames.stream()
                .filter(RunFrame.Vector.class::isInstance)
                .map(frame -> ((RunFrame.Vector) frame).values())
                .findFirst()
                .orElseThrow(
                        () ->
                                new CaravanException(
                                        FaultCode.UPSTREAM_FAILED,
                                        "the engine answered without a vector (expected: one for each text)"));
    }

    private static int tokens(List<RunFrame> frames) {
        return frames.getLast() instanceof RunFrame.End end ? end.promptTokens() : 0;
    }
}
