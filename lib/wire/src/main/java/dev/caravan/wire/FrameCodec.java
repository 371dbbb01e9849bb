package dev.caravan.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/**
 * Frames to NDJSON lines and back. Pieces, which come once a token, go through the streaming parser
 * and generator (about a third of databind's cost); the other frames come once an answer and go
 * through databind. Unknown fields are skipped. Safe for any number of threads.
 */
public final class FrameCodec {

    private static final JsonFactory FACTORY = new JsonFactory();
    private static final JsonMapper MAPPER = WireJson.mapper();
    private static final ObjectReader TOOL_CALLS = inALine(ToolCall.class);
    private static final ObjectReader LOGPROBS = inALine(Logprob.class);

    private record Envelope(
            Frame.@Nullable Head head,
            Frame.@Nullable Progress progress,
            Frame.@Nullable End end,
            Frame.@Nullable Fail fail,
            Frame.@Nullable Rendered rendered,
            Frame.@Nullable Vector vector) {

        @Nullable Frame frame() {
            return Stream.of(head, progress, end, fail, rendered, vector)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(null);
        }
    }

    private static ObjectReader inALine(Class<?> element) {
        return MAPPER.readerForListOf(element)
                .without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    }

    /** The line's bytes, the line feed included. */
    public byte[] encode(Frame frame) {
        return switch (frame) {
            case Frame.Piece piece -> encodePiece(piece);
            case Frame.Head head -> wrap("head", head);
            case Frame.Progress progress -> wrap("progress", progress);
            case Frame.End end -> wrap("end", end);
            case Frame.Fail fail -> wrap("fail", fail);
            case Frame.Rendered rendered -> wrap("rendered", rendered);
            case Frame.Vector vector -> wrap("vector", vector);
        };
    }

    private static byte[] wrap(String name, Frame frame) {
        byte[] body = MAPPER.writeValueAsBytes(Map.of(name, frame));
        byte[] line = Arrays.copyOf(body, body.length + 1);
        line[body.length] = '\n';
        return line;
    }

    private static byte[] encodePiece(Frame.Piece piece) {
        ByteArrayOutputStream line = new ByteArrayOutputStream(96);
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), line)) {
            json.writeStartObject();
            json.writeNumberProperty("seq", piece.seq());
            json.writeStringProperty("text", piece.text());
            if (!piece.thinking().isEmpty()) {
                json.writeStringProperty("thinking", piece.thinking());
            }
            json.writeName("ids");
            json.writeArray(piece.ids(), 0, piece.ids().length);
            json.writeBooleanProperty("idsComplete", piece.idsComplete());
            encodeList(json, "toolCalls", piece.toolCalls());
            encodeList(json, "logprobs", piece.logprobs());
            json.writeEndObject();
        }
        line.write('\n');
        return line.toByteArray();
    }

    private static void encodeList(JsonGenerator json, String name, List<?> list) {
        if (!list.isEmpty()) {
            json.writeName(name);
            json.writeRawValue(MAPPER.writeValueAsString(list));
        }
    }

    /**
     * One line, with or without its line feed.
     *
     * @throws IllegalArgumentException where it is not a frame; the message shows its beginning
     */
    public Frame decode(byte[] line, int offset, int length) {
        try (JsonParser json =
                FACTORY.createParser(ObjectReadContext.empty(), line, offset, length)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw notAFrame(line, offset, length, null);
            }
            String first = json.nextName();
            if (first == null) {
                throw notAFrame(line, offset, length, null);
            }
            return switch (first) {
                case "head", "progress", "end", "fail", "rendered", "vector" ->
                        decodeRare(line, offset, length);
                default -> decodePiece(json, first, line, offset, length);
            };
        } catch (JacksonException broken) {
            throw notAFrame(line, offset, length, broken);
        }
    }

    private static Frame decodeRare(byte[] line, int offset, int length) {
        Frame frame = MAPPER.readValue(line, offset, length, Envelope.class).frame();
        if (frame == null) {
            throw notAFrame(line, offset, length, null);
        }
        return frame;
    }

    private static Frame decodePiece(
            JsonParser json, String first, byte[] line, int offset, int length) {
        long sequence = -1;
        String text = "";
        String thinking = "";
        int[] ids = {};
        boolean complete = true;
        List<ToolCall> toolCalls = List.of();
        List<Logprob> logprobs = List.of();
        for (String name = first; name != null; name = json.nextName()) {
            JsonToken value = json.nextToken();
            switch (name) {
                case "seq" -> sequence = json.getLongValue();
                case "text" -> text = json.getString();
                case "thinking" -> thinking = json.getString();
                case "ids" -> ids = readIds(json);
                case "idsComplete" -> complete = value == JsonToken.VALUE_TRUE;
                case "toolCalls" -> toolCalls = TOOL_CALLS.readValue(json);
                case "logprobs" -> logprobs = LOGPROBS.readValue(json);
                default -> json.skipChildren();
            }
        }
        if (sequence < 0) {
            throw notAFrame(line, offset, length, null);
        }
        return new Frame.Piece(sequence, text, ids, complete, thinking, toolCalls, logprobs);
    }

    private static int[] readIds(JsonParser json) {
        int[] ids = new int[1];
        int count = 0;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (count == ids.length) {
                ids = Arrays.copyOf(ids, count * 4);
            }
            ids[count++] = json.getIntValue();
        }
        return count == ids.length ? ids : Arrays.copyOf(ids, count);
    }

    private static IllegalArgumentException notAFrame(
            byte[] line, int offset, int length, @Nullable Exception cause) {
        String shown = new String(line, offset, Math.min(length, 120), UTF_8);
        return new IllegalArgumentException(
                "frame: " + shown.strip() + " (expected: head, seq, end or fail)", cause);
    }
}
