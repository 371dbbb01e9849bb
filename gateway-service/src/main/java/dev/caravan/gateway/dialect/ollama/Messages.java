package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.run.ChatMessage;
import dev.caravan.core.run.ToolCall;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** {@code messages} of a chat. */
final class Messages {

    /** What Ollama's decoder says of arguments that are a text. */
    private static final String NO_OBJECT =
            "Value looks like object, but can't find closing '}' symbol";

    private Messages() {}

    static List<ChatMessage> read(GoObject body) {
        return body.objects("messages", "[]api.Message", "api.Alias").stream()
                .map(Messages::message)
                .toList();
    }

    private static ChatMessage message(GoObject message) {
        return new ChatMessage(
                message.textOrEmpty("role"),
                message.textOrEmpty("content"),
                message.textOrEmpty("thinking"),
                Images.read(message),
                calls(message.objects("tool_calls", "api.ToolCall")),
                message.textOrEmpty("tool_name"),
                message.textOrEmpty("tool_call_id"));
    }

    private static List<ToolCall> calls(List<GoObject> sent) {
        List<ToolCall> calls = new ArrayList<>();
        for (GoObject call : sent) {
            GoObject function = call.object("function", "api.ToolCallFunction");
            calls.add(
                    new ToolCall(
                            call.textOrEmpty("id"),
                            function.integer("index").orElse(0L).intValue(),
                            function.textOrEmpty("name"),
                            function.value("arguments").map(Messages::arguments).orElse("{}")));
        }
        return calls;
    }

    private static String arguments(JsonNode arguments) {
        if (!arguments.isObject()) {
            throw Refusals.invalid(NO_OBJECT);
        }
        return arguments.toString();
    }
}
