package dev.caravan.gateway.dialect.ollama;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.core.run.Logprob;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.ToolCall;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;

/**
 * One answer's objects as bytes, put together by hand: what does not change within an answer is
 * made once, what arrived together goes into one pooled buffer. Databind would cost three times as
 * much for each token.
 */
public final class AnswerWriter {

    private static final byte[] GOES_ON = ",\"done\":false".getBytes(UTF_8);
    private static final byte[] BEFORE_THINKING = "\",\"thinking\":\"".getBytes(UTF_8);
    private static final int ROOM_PER_LINE = 48;

    private final ByteBufAllocator allocator;
    private final Timestamps timestamps;
    private final byte[] beforeTime;
    private final byte[] beforeText;
    private final byte[] afterFields;
    private final AnswerForm form;

    private AnswerWriter(
            ByteBufAllocator allocator, Timestamps timestamps, AnswerForm form, String model) {
        this.allocator = allocator;
        this.timestamps = timestamps;
        ByteBuf start = Unpooled.buffer();
        start.writeCharSequence("{\"model\":\"", UTF_8);
        JsonText.write(start, model);
        start.writeCharSequence("\",\"created_at\":\"", UTF_8);
        this.beforeTime = new byte[start.readableBytes()];
        start.readBytes(beforeTime);
        this.beforeText = form.beforeText().getBytes(UTF_8);
        this.afterFields = form.afterFields().getBytes(UTF_8);
        this.form = form;
    }

    /** Makes writers; they share the clock's cache. */
    public static final class Factory {

        private final Timestamps timestamps;

        public Factory(InstantSource clock) {
            this.timestamps = new Timestamps(clock);
        }

        /**
         * @param model as the client spelt it
         */
        public AnswerWriter create(ByteBufAllocator allocator, AnswerForm form, String model) {
            return new AnswerWriter(allocator, timestamps, form, model);
        }
    }

    /** How long a request took, for its last object. */
    public record Times(Duration total, Duration load) {}

    /** Lines for what arrived together, the last one with its figures. */
    public ByteBuf lines(List<RunFrame> frames, Times times) {
        int room = frames.size() * (beforeTime.length + beforeText.length + 2 * ROOM_PER_LINE);
        ByteBuf lines = allocator.buffer(room);
        for (RunFrame frame : frames) {
            switch (frame) {
                case RunFrame.Piece piece -> {
                    if (!piece.isSilent()) {
                        text(lines, piece.text(), piece.thinking(), piece.toolCalls());
                        goesOn(lines, piece.logprobs());
                    }
                }
                case RunFrame.End end -> {
                    text(lines, "", "", List.of());
                    figures(lines, end, times, List.of());
                    lines.writeByte('\n');
                }
                case RunFrame.Head _,
                        RunFrame.Progress _,
                        RunFrame.Fail _,
                        RunFrame.Rendered _,
                        RunFrame.Vector _ ->
                        throw new IllegalArgumentException(
                                "frame: %s (expected: a piece or the end)".formatted(frame));
            }
        }
        return lines;
    }

    /** A line that says nothing, while the answer is waited for. */
    public ByteBuf heartbeat() {
        ByteBuf line = allocator.buffer(beforeTime.length + 2 * ROOM_PER_LINE);
        text(line, "", "", List.of());
        goesOn(line, List.of());
        return line;
    }

    /**
     * What a whole answer is made of.
     *
     * @param thinking the model's reasoning; empty where it told none apart
     */
    public record Whole(
            CharSequence text,
            CharSequence thinking,
            List<ToolCall> toolCalls,
            List<Logprob> logprobs,
            RunFrame.End end) {}

    /** The whole answer as one object. */
    public ByteBuf whole(Whole answer, Times times) {
        int room =
                beforeTime.length
                        + answer.text().length()
                        + answer.thinking().length()
                        + 4 * ROOM_PER_LINE;
        ByteBuf object = allocator.buffer(room);
        text(object, answer.text(), answer.thinking(), answer.toolCalls());
        figures(object, answer.end(), times, answer.logprobs());
        return object;
    }

    /** The object that shows the rendered prompt instead of an answer. */
    public ByteBuf rendered(RunFrame.Rendered rendered) {
        ByteBuf object = allocator.buffer(rendered.prompt().length() + 8 * ROOM_PER_LINE);
        object.writeBytes(beforeTime);
        timestamps.write(object);
        AnswerParts.text(object, form.blank());
        AnswerParts.text(object, ",\"done\":false,\"_debug_info\":{\"rendered_template\":");
        AnswerParts.quoted(object, rendered.prompt());
        if (rendered.images() > 0) {
            AnswerParts.text(object, ",\"image_count\":" + rendered.images());
        }
        AnswerParts.text(object, "}}");
        return object;
    }

    /** The object for a request that only loaded or unloaded the model. */
    public ByteBuf empty(String reason) {
        ByteBuf object = allocator.buffer(beforeTime.length + 4 * ROOM_PER_LINE);
        text(object, "", "", List.of());
        object.writeCharSequence(",\"done\":true,\"done_reason\":\"%s\"}".formatted(reason), UTF_8);
        return object;
    }

    /** The line that ends a stream that broke. */
    public ByteBuf error(String text) {
        return allocator
                .buffer(text.length() + ROOM_PER_LINE)
                .writeBytes(OllamaErrors.body(text))
                .writeByte('\n');
    }

    private void text(
            ByteBuf out, CharSequence text, CharSequence thinking, List<ToolCall> toolCalls) {
        out.writeBytes(beforeTime);
        timestamps.write(out);
        out.writeBytes(beforeText);
        JsonText.write(out, text);
        if (!thinking.isEmpty()) {
            out.writeBytes(BEFORE_THINKING);
            JsonText.write(out, thinking);
        }
        out.writeByte('"');
        AnswerParts.toolCalls(out, toolCalls);
        out.writeBytes(afterFields);
    }

    private static void goesOn(ByteBuf out, List<Logprob> logprobs) {
        out.writeBytes(GOES_ON);
        AnswerParts.logprobs(out, logprobs);
        out.writeByte('}').writeByte('\n');
    }

    private void figures(ByteBuf out, RunFrame.End end, Times times, List<Logprob> logprobs) {
        StringBuilder rest = new StringBuilder(200);
        rest.append(",\"done\":true,\"done_reason\":\"")
                .append(end.reason().name().toLowerCase(Locale.ROOT))
                .append('"');
        AnswerParts.context(rest, end.context());
        if (form.logprobsFirst()) {
            out.writeCharSequence(rest, UTF_8);
            rest.setLength(0);
            AnswerParts.logprobs(out, logprobs);
        }
        figure(rest, "total_duration", times.total().toNanos());
        figure(rest, "load_duration", times.load().toNanos());
        figure(rest, "prompt_eval_count", end.promptTokens());
        figure(rest, "prompt_eval_duration", end.promptTime().toNanos());
        figure(rest, "eval_count", end.answerTokens());
        figure(rest, "eval_duration", end.answerTime().toNanos());
        end.continued()
                .ifPresent(
                        how ->
                                rest.append(",\"continued\":{\"times\":")
                                        .append(how.times())
                                        .append(",\"exact\":")
                                        .append(how.exact())
                                        .append('}'));
        out.writeCharSequence(rest, UTF_8);
        if (!form.logprobsFirst()) {
            AnswerParts.logprobs(out, logprobs);
        }
        out.writeByte('}');
    }

    /** Zero is left out, as in Ollama. */
    private static void figure(StringBuilder rest, String name, long value) {
        if (value != 0) {
            rest.append(",\"").append(name).append("\":").append(value);
        }
    }
}
