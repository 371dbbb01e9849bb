package dev.caravan.gateway.dialect.ollama;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.core.run.RunFrame;
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

    private static final byte[] GOES_ON = ",\"done\":false}".getBytes(UTF_8);
    private static final byte[] BEFORE_THINKING = "\",\"thinking\":\"".getBytes(UTF_8);
    private static final int ROOM_PER_LINE = 48;

    private final ByteBufAllocator allocator;
    private final Timestamps timestamps;
    private final byte[] beforeTime;
    private final byte[] beforeText;
    private final byte[] afterText;

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
        this.afterText = form.afterText().getBytes(UTF_8);
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
                    if (!piece.text().isEmpty() || !piece.thinking().isEmpty()) {
                        text(lines, piece.text(), piece.thinking());
                        lines.writeBytes(GOES_ON).writeByte('\n');
                    }
                }
                case RunFrame.End end -> {
                    text(lines, "", "");
                    figures(lines, end, times);
                    lines.writeByte('\n');
                }
                case RunFrame.Head _, RunFrame.Progress _, RunFrame.Fail _ ->
                        throw new IllegalArgumentException(
                                "frame: %s (expected: a piece or the end)".formatted(frame));
            }
        }
        return lines;
    }

    /**
     * The whole answer as one object.
     *
     * @param thinking the model's reasoning; empty where it told none apart
     */
    public ByteBuf whole(
            CharSequence answer, CharSequence thinking, RunFrame.End end, Times times) {
        int room = beforeTime.length + answer.length() + thinking.length() + 4 * ROOM_PER_LINE;
        ByteBuf object = allocator.buffer(room);
        text(object, answer, thinking);
        figures(object, end, times);
        return object;
    }

    /** The object for a request that only loaded or unloaded the model. */
    public ByteBuf empty(String reason) {
        ByteBuf object = allocator.buffer(beforeTime.length + 4 * ROOM_PER_LINE);
        text(object, "", "");
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

    private void text(ByteBuf out, CharSequence text, CharSequence thinking) {
        out.writeBytes(beforeTime);
        timestamps.write(out);
        out.writeBytes(beforeText);
        JsonText.write(out, text);
        if (!thinking.isEmpty()) {
            out.writeBytes(BEFORE_THINKING);
            JsonText.write(out, thinking);
        }
        out.writeBytes(afterText);
    }

    private static void figures(ByteBuf out, RunFrame.End end, Times times) {
        StringBuilder rest = new StringBuilder(200);
        rest.append(",\"done\":true,\"done_reason\":\"")
                .append(end.reason().name().toLowerCase(Locale.ROOT))
                .append('"');
        figure(rest, "total_duration", times.total().toNanos());
        figure(rest, "load_duration", times.load().toNanos());
        figure(rest, "prompt_eval_count", end.promptTokens());
        figure(rest, "prompt_eval_duration", end.promptTime().toNanos());
        figure(rest, "eval_count", end.answerTokens());
        figure(rest, "eval_duration", end.answerTime().toNanos());
        out.writeCharSequence(rest.append('}'), UTF_8);
    }

    /** Zero is left out, as in Ollama. */
    private static void figure(StringBuilder rest, String name, long value) {
        if (value != 0) {
            rest.append(",\"").append(name).append("\":").append(value);
        }
    }
}
