package dev.caravan.worker.adapter.llamacpp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.core.run.Logprob;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads the JSON of one event of a plain completion. With the streaming parser, since an event
 * comes for each token and databind costs three times as much.
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
    private boolean broken;
    private EngineEvent.@Nullable Prefill prefill;
    private Timings timings = Timings.NONE;
    private List<Logprob> logprobs = List.of();

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
            return timings.stop(content, stopType, made);
        }
        return prefill != null ? prefill : new EngineEvent.Token(content, ids, made, logprobs);
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
                case "prompt_progress" -> prefill = PrefillProgress.read(json);
                case "timings" -> timings = Timings.read(json);
                case "completion_probabilities" -> logprobs = EngineLogprobs.read(json);
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
}
