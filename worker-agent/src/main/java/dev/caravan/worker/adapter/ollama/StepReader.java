package dev.caravan.worker.adapter.ollama;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.worker.app.store.Progress;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import reactor.core.publisher.Flux;

/** The lines of one long verb, made into steps. One answer, one thread at a time. */
final class StepReader {

    /** Steps are some hundred bytes, errors some thousand. */
    private static final int MAX_LINE = 1 << 20;

    private final ByteArrayOutputStream carry = new ByteArrayOutputStream();
    private boolean succeeded;

    /** A chunk is read as it comes: a reader that is slow finds it taken back. */
    Flux<Progress> read(Flux<ByteBuf> content) {
        return content.map(this::steps)
                .concatMapIterable(steps -> steps)
                .concatWith(Flux.defer(() -> Flux.fromIterable(rest())));
    }

    private List<Progress> steps(ByteBuf chunk) {
        List<Progress> steps = new ArrayList<>();
        while (chunk.isReadable()) {
            byte next = chunk.readByte();
            if (next == '\n') {
                line(steps);
            } else if (carry.size() < MAX_LINE) {
                carry.write(next);
            } else {
                throw failure(
                        "Ollama's answer: a line longer than %d bytes (expected: shorter)"
                                .formatted(MAX_LINE));
            }
        }
        return steps;
    }

    private List<Progress> rest() {
        List<Progress> steps = new ArrayList<>();
        line(steps);
        if (!succeeded) {
            throw failure("Ollama's answer ended early (expected: \"success\" at its end)");
        }
        return steps;
    }

    private void line(List<Progress> steps) {
        if (carry.size() == 0) {
            return;
        }
        OllamaJson.Step step =
                OllamaJson.MAPPER.readValue(carry.toByteArray(), OllamaJson.Step.class);
        carry.reset();
        if (step.error() != null) {
            // its stream has no status; Ollama answers 500 to whom it does not stream
            throw new CaravanException(FaultCode.INTERNAL, step.error());
        }
        Progress progress = progress(step);
        succeeded |= progress.equals(Progress.SUCCESS);
        steps.add(progress);
    }

    private static Progress progress(OllamaJson.Step step) {
        String status = Objects.requireNonNullElse(step.status(), "");
        return step.digest() == null
                ? Progress.of(status)
                : Progress.of(status, step.digest(), step.total(), step.completed());
    }

    private static CaravanException failure(String text) {
        return new CaravanException(FaultCode.UPSTREAM_FAILED, text);
    }
}
