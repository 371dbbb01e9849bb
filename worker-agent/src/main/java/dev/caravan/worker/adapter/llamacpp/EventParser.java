package dev.caravan.worker.adapter.llamacpp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads one event's JSON. With the streaming parser, since an event comes for each token and
 * databind costs three times as much.
 */
final class EventParser {

    private static final JsonFactory FACTORY = new JsonFactory();
    private static final int[] NO_IDS = {};

    private final JsonParser json;
    private String content = "";
    private int[] ids = NO_IDS;
    private int made;
    private boolean stop;
    private String stopType = "none";
    private boolean prefill;
    private int processed;
    private int total;
    private int cached;
    private int evaluated;
    private double promptMillis;
    private int answered;
    private double answerMillis;
    private boolean broken;

    private EventParser(JsonParser json) {
        this.json = json;
    }

    static EngineEvent parse(byte[] line, int offset, int length) {
        try (JsonParser json =
                FACTORY.createParser(ObjectReadContext.empty(), line, offset, length)) {
            EventParser parser = new EventParser(json);
            parser.read();
            return parser.broken
                    ? new EngineEvent.Broken(new String(line, offset, length, UTF_8).strip())
                    : parser.event();
        }
    }

    private EngineEvent event() {
        if (stop) {
            return new EngineEvent.Stop(
                    content,
                    stopType,
                    made,
                    cached,
                    evaluated,
                    promptMillis,
                    answered,
                    answerMillis);
        }
        return prefill
                ? new EngineEvent.Prefill(processed, total)
                : new EngineEvent.Token(content, ids, made);
    }

    private void read() {
        json.nextToken();
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            JsonToken value = json.nextToken();
            switch (name) {
                case "content" -> content = json.getString();
                case "tokens" -> ids = readIds();
                case "tokens_predicted" -> made = json.getIntValue();
                case "stop" -> stop = value == JsonToken.VALUE_TRUE;
                case "stop_type" -> stopType = json.getString();
                case "prompt_progress" -> readProgress();
                case "timings" -> readTimings();
                case "error" -> {
                    broken = true;
                    json.skipChildren();
                }
                default -> json.skipChildren();
            }
        }
    }

    private int[] readIds() {
        int[] read = new int[1];
        int count = 0;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (count == read.length) {
                read = Arrays.copyOf(read, count * 4);
            }
            read[count++] = json.getIntValue();
        }
        return count == read.length ? read : Arrays.copyOf(read, count);
    }

    private void readProgress() {
        prefill = true;
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            json.nextToken();
            switch (name) {
                case "processed" -> processed = json.getIntValue();
                case "total" -> total = json.getIntValue();
                default -> json.skipChildren();
            }
        }
    }

    private void readTimings() {
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            json.nextToken();
            switch (name) {
                case "cache_n" -> cached = json.getIntValue();
                case "prompt_n" -> evaluated = json.getIntValue();
                case "prompt_ms" -> promptMillis = json.getDoubleValue();
                case "predicted_n" -> answered = json.getIntValue();
                case "predicted_ms" -> answerMillis = json.getDoubleValue();
                default -> json.skipChildren();
            }
        }
    }
}
