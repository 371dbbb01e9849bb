package dev.caravan.gateway.api;

import dev.caravan.core.run.Continued;
import dev.caravan.core.run.Logprob;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.ToolCall;
import dev.caravan.gateway.dialect.ollama.AnswerWriter;
import dev.caravan.gateway.dialect.ollama.AnswerWriter.Times;
import dev.caravan.gateway.stream.Answers.Part;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One answer that is sent when it is complete. */
final class WholeAnswer {

    private final AnswerWriter writer;
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder thinking = new StringBuilder();
    private final List<ToolCall> toolCalls = new ArrayList<>();
    private final List<Logprob> logprobs = new ArrayList<>();
    private RunFrame.@Nullable End end;
    private RunFrame.@Nullable Rendered rendered;
    private Times times = new Times(Duration.ZERO, Duration.ZERO);

    WholeAnswer(AnswerWriter writer) {
        this.writer = writer;
    }

    void add(Part part) {
        times = new Times(part.elapsed(), part.waited());
        for (RunFrame frame : part.frames()) {
            switch (frame) {
                case RunFrame.Piece piece -> {
                    text.append(piece.text());
                    thinking.append(piece.thinking());
                    toolCalls.addAll(piece.toolCalls());
                    logprobs.addAll(piece.logprobs());
                }
                case RunFrame.End last -> end = last;
                case RunFrame.Rendered prompt -> rendered = prompt;
                case RunFrame.Head _, RunFrame.Progress _, RunFrame.Fail _, RunFrame.Vector _ -> {}
            }
        }
    }

    /** Whether replicas were lost on the way. */
    Optional<Continued> continued() {
        return Optional.ofNullable(end).flatMap(RunFrame.End::continued);
    }

    ByteBuf render() {
        if (rendered != null) {
            return writer.rendered(rendered);
        }
        RunFrame.End last = end;
        if (last == null) {
            throw new IllegalStateException("an answer that ended well has no end frame");
        }
        return writer.whole(
                new AnswerWriter.Whole(text, thinking, toolCalls, logprobs, last), times);
    }
}
