package dev.caravan.template;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What Ollama's own template package made of our templates and requests; the file says how it was
 * made.
 */
final class Golden {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final JsonNode FILE = read();

    private Golden() {}

    /**
     * @param output what Ollama rendered; absent where it refused with {@code error}
     */
    record Case(
            String name,
            String template,
            JsonNode request,
            Optional<String> output,
            Optional<String> error) {

        @Override
        public String toString() {
            return name;
        }
    }

    /** Templates in the shapes that models have, with each kind of conversation. */
    static Stream<Case> prompts() {
        return FILE.get("cases")
                .valueStream()
                .map(
                        made -> {
                            String template = made.get("template").stringValue();
                            String request = made.get("request").stringValue();
                            return made(
                                    template + ", " + request,
                                    FILE.at("/templates/" + template + "/text").stringValue(),
                                    FILE.get("requests").get(request),
                                    made);
                        });
    }

    /** The language, piece by piece, with one conversation. */
    static Stream<Case> language() {
        return FILE.get("language")
                .valueStream()
                .map(
                        made ->
                                made(
                                        made.get("template").stringValue(),
                                        made.get("template").stringValue(),
                                        FILE.get("requests").get("tools"),
                                        made));
    }

    private static Case made(String name, String template, JsonNode request, JsonNode made) {
        return new Case(
                name,
                template,
                request,
                made.optional("output").map(JsonNode::stringValue),
                made.optional("error").map(JsonNode::stringValue));
    }

    /** Template text to the thinking tags that Ollama finds in it. */
    static Stream<Map.Entry<String, Optional<ThinkingTags>>> thinking() {
        return FILE.get("templates")
                .valueStream()
                .map(
                        template ->
                                Map.entry(
                                        template.get("text").stringValue(),
                                        template.optional("thinking")
                                                .map(
                                                        tags ->
                                                                new ThinkingTags(
                                                                        tags.get(0).stringValue(),
                                                                        tags.get(1)
                                                                                .stringValue()))));
    }

    static Conversation conversation(JsonNode request) {
        List<Map<String, ?>> tools = new ArrayList<>();
        request.path("tools").values().forEach(tool -> tools.add(plain(tool)));
        return new Conversation(
                request.path("messages").valueStream().map(Golden::turn).toList(),
                tools,
                thinking(request.get("think")));
    }

    private static Turn turn(JsonNode message) {
        return new Turn(
                message.path("role").stringValue(),
                message.path("content").stringValue(),
                message.path("thinking").stringValue(""),
                message.path("tool_calls").valueStream().map(Golden::call).toList(),
                message.path("tool_name").stringValue(""),
                message.path("tool_call_id").stringValue(""));
    }

    private static ToolCall call(JsonNode call) {
        JsonNode function = call.path("function");
        return new ToolCall(
                call.path("id").stringValue(""),
                function.path("index").intValue(0),
                function.path("name").stringValue(),
                plain(function.path("arguments")));
    }

    private static Map<String, ?> plain(JsonNode object) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        object.properties()
                .forEach(
                        field ->
                                values.put(
                                        field.getKey(),
                                        JSON.treeToValue(field.getValue(), Object.class)));
        return values;
    }

    static Thinking thinking(@Nullable JsonNode think) {
        if (think == null) {
            return Thinking.UNSAID;
        }
        return think.isString()
                ? Thinking.at(think.stringValue())
                : think.booleanValue() ? Thinking.ON : Thinking.OFF;
    }

    private static JsonNode read() {
        try (InputStream file = Golden.class.getResourceAsStream("golden.json")) {
            return JSON.readTree(Objects.requireNonNull(file));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    static List<String> texts() {
        return thinking().map(Map.Entry::getKey).toList();
    }
}
