package dev.caravan.worker.adapter.ollama;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.run.RunFrame;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import reactor.core.publisher.Flux;
import tools.jackson.core.JacksonException;

/**
 * The lines of one answer, made into frames without ids: Ollama tells none. Chunks may be cut
 * anywhere; what is left of a line waits for the next one. One answer, one thread at a time.
 */
final class AnswerReader {

    /** Ollama's own bound on a line of its engine's stream. */
    private static final int MAX_LINE = 8 << 20;

    private final Consumer<Duration> waited;
    private byte[] carry = new byte[512];
    private int carried;
    private long sequence;
    private boolean ended;

    /**
     * @param waited told, at the end, how long the answer waited for its turn
     */
    AnswerReader(Consumer<Duration> waited) {
        this.waited = waited;
    }

    /** A chunk is read as it comes: a reader that is slow finds it taken back. */
    Flux<RunFrame> read(Flux<ByteBuf> content) {
        return content.map(this::frames)
                .concatMapIterable(frames -> frames)
                .concatWith(Flux.defer(() -> Flux.fromIterable(rest())));
    }

    private List<RunFrame> frames(ByteBuf chunk) {
        List<RunFrame> frames = new ArrayList<>(2);
        while (chunk.isReadable()) {
            int length = chunk.bytesBefore((byte) '\n');
            append(chunk, length < 0 ? chunk.readableBytes() : length);
            if (length >= 0) {
                chunk.skipBytes(1);
                line(frames);
            }
        }
        return frames;
    }

    private void append(ByteBuf chunk, int length) {
        if (length > MAX_LINE - carried) {
            throw new CaravanException(
                    FaultCode.UPSTREAM_FAILED,
                    "Ollama's answer: a line longer than %d bytes (expected: shorter)"
                            .formatted(MAX_LINE));
        }
        if (carry.length - carried < length) {
            carry = Arrays.copyOf(carry, Math.max(carry.length * 2, carried + length));
        }
        chunk.readBytes(carry, carried, length);
        carried += length;
    }

    private void line(List<RunFrame> frames) {
        int length = carried;
        carried = 0;
        if (length == 0 || ended) {
            return;
        }
        OllamaLine line = parse(length);
        if (line.error != null) {
            ended = true;
            frames.add(new RunFrame.Fail(FaultCode.UPSTREAM_FAILED, line.error, true));
            return;
        }
        OllamaLine.Debug debug = line.debug;
        if (debug != null) {
            ended = true;
            frames.add(
                    new RunFrame.Rendered(
                            Objects.requireNonNullElse(debug.rendered(), ""), debug.images()));
            frames.add(end(line));
            return;
        }
        RunFrame.Piece piece = piece(line);
        if (!piece.isSilent()) {
            sequence++;
            frames.add(piece);
        }
        if (line.done) {
            ended = true;
            waited.accept(queued(line));
            frames.add(end(line));
        }
    }

    private RunFrame.Piece piece(OllamaLine line) {
        return new RunFrame.Piece(
                sequence,
                line.text,
                List.of(),
                false,
                line.thinking,
                line.toolCalls,
                line.logprobs);
    }

    private OllamaLine parse(int length) {
        try {
            return OllamaLine.parse(carry, 0, length);
        } catch (JacksonException broken) {
            String shown = new String(carry, 0, Math.min(length, 120), UTF_8);
            throw new CaravanException(
                    FaultCode.UPSTREAM_FAILED,
                    "Ollama's answer: %s (expected: one JSON object a line)".formatted(shown),
                    broken);
        }
    }

    /** What is neither loading nor work is the time that others were served. */
    private static Duration queued(OllamaLine line) {
        long work = line.loadNanos + line.promptNanos + line.answerNanos;
        return Duration.ofNanos(Math.max(0, line.totalNanos - work));
    }

    private static RunFrame.End end(OllamaLine line) {
        return new RunFrame.End(
                line.reason.equals("length") ? RunFrame.EndReason.LENGTH : RunFrame.EndReason.STOP,
                line.promptTokens,
                0,
                Duration.ofNanos(line.promptNanos),
                line.answerTokens,
                Duration.ofNanos(line.answerNanos),
                line.context,
                Optional.empty());
    }

    /** A last line may lack its line feed; an answer may lack its last line. */
    private List<RunFrame> rest() {
        List<RunFrame> frames = new ArrayList<>(2);
        line(frames);
        if (!ended) {
            ended = true;
            frames.add(
                    new RunFrame.Fail(
                            FaultCode.UPSTREAM_FAILED,
                            "Ollama ended the answer without its last line (it does where a model repeats one token more than 30 times)",
                            false));
        }
        return frames;
    }
}
