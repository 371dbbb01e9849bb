package dev.caravan.worker.adapter.llamacpp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.core.run.Logprob;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads the JSON of one event of a chat completion, with the streaming parser, since one comes for
 * each token. The event with the figures is the last one; it has no choices.
 */
final class ChatEventParser {

    private static final JsonFactory FACTORY = new JsonFactory();

    private final JsonParser json;
    private String text = "";
    private String thinking = "";
    private String finish = "";
    private List<Logprob> logprobs = List.of();
    private final List<EngineEvent.CallDelta> calls = new ArrayList<>();
    private EngineEvent.@Nullable Prefill prefill;
    private @Nullable Timings timings;
    private boolean broken;

    private ChatEventParser(JsonParser json) {
        this.json = json;
    }

    static EngineEvent parse(byte[] line, int offset, int length) {
        try (JsonParser json =
                FACTORY.createParser(ObjectReadContext.empty(), line, offset, length)) {
            ChatEventParser parser = new ChatEventParser(json);
            json.nextToken();
            parser.event();
            return parser.broken
                    ? new EngineEvent.Broken(new String(line, offset, length, UTF_8).strip())
                    : parser.result();
        }
    }

    private EngineEvent result() {
        if (timings != null && finish.isEmpty() && text.isEmpty() && calls.isEmpty()) {
            return timings.stop("", "", 0);
        }
        return prefill != null
                ? prefill
                : new EngineEvent.Delta(text, thinking, List.copyOf(calls), logprobs, finish);
    }

    private void event() {
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            JsonToken value = json.nextToken();
            switch (name) {
                case "choices" -> choices();
                case "timings" -> timings = Timings.read(json);
                case "prompt_progress" -> prefill = PrefillProgress.read(json);
                case "error" -> {
                    broken = value != JsonToken.VALUE_NULL;
                    json.skipChildren();
                }
                default -> json.skipChildren();
            }
        }
    }

    private void choices() {
        while (json.nextToken() == JsonToken.START_OBJECT) {
            for (String name = json.nextName(); name != null; name = json.nextName()) {
                JsonToken value = json.nextToken();
                switch (name) {
                    case "finish_reason" -> finish = string();
                    case "delta" -> delta();
                    case "logprobs" -> {
                        if (value == JsonToken.START_OBJECT) {
                            logprobs();
                        }
                    }
                    default -> json.skipChildren();
                }
            }
        }
    }

    private void logprobs() {
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            JsonToken value = json.nextToken();
            if (name.equals("content") && value == JsonToken.START_ARRAY) {
                logprobs = EngineLogprobs.read(json);
            } else {
                json.skipChildren();
            }
        }
    }

    private void delta() {
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            JsonToken value = json.nextToken();
            switch (name) {
                case "content" -> text = string();
                case "reasoning_content" -> thinking = string();
                case "tool_calls" -> {
                    while (value == JsonToken.START_ARRAY
                            && json.nextToken() == JsonToken.START_OBJECT) {
                        calls.add(call());
                    }
                }
                default -> json.skipChildren();
            }
        }
    }

    private EngineEvent.CallDelta call() {
        int index = 0;
        String id = "";
        String called = "";
        String arguments = "";
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            json.nextToken();
            switch (name) {
                case "index" -> index = json.getIntValue();
                case "id" -> id = string();
                case "function" -> {
                    for (String part = json.nextName(); part != null; part = json.nextName()) {
                        json.nextToken();
                        switch (part) {
                            case "name" -> called = string();
                            case "arguments" -> arguments = string();
                            default -> json.skipChildren();
                        }
                    }
                }
                default -> json.skipChildren();
            }
        }
        return new EngineEvent.CallDelta(index, id, called, arguments);
    }

    private String string() {
        String value = json.getValueAsString();
        return value == null ? "" : value;
    }
}
