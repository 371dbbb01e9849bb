package dev.caravan.worker.adapter.ollama;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.EngineRefusal;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.run.RunFrame;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import reactor.core.publisher.Flux;

/** The order of an answer's frames: a head before the first, a failure after it as the last. */
final class AnswerFrames {

    private AnswerFrames() {}

    /** Until there is a first frame a failure stays an error, with its own code or status. */
    static Flux<RunFrame> begun(RunFrame head, Flux<RunFrame> frames) {
        return Flux.defer(
                () -> {
                    AtomicBoolean begun = new AtomicBoolean();
                    return frames.concatMapIterable(
                                    frame ->
                                            begun.getAndSet(true)
                                                    ? List.of(frame)
                                                    : List.of(head, frame))
                            .onErrorResume(
                                    failure ->
                                            begun.get()
                                                    ? Flux.just(fail(failure))
                                                    : Flux.error(failure));
                });
    }

    private static RunFrame fail(Throwable failure) {
        String text = String.valueOf(failure.getMessage());
        return switch (failure) {
            case EngineRefusal refusal -> new RunFrame.Fail(refusal.code(), text, false);
            case CaravanException fault -> new RunFrame.Fail(fault.code(), text, true);
            default -> new RunFrame.Fail(FaultCode.INTERNAL, text, false);
        };
    }
}
