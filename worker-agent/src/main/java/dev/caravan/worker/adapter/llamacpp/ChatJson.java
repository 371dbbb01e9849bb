package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.run.ChatMessage;
import dev.caravan.core.run.Thinking;
import dev.caravan.core.run.ToolCall;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Conversations as the engine's chat routes take them. */
final class ChatJson {

    private ChatJson() {}

    static ObjectNode of(Conversation conversation) {
        ObjectNode body = EngineJson.MAPPER.createObjectNode();
        ArrayNode messages = body.putArray("messages");
        conversation.messages().forEach(message -> put(message, messages.addObject()));
        if (!conversation.tools().isEmpty()) {
            ArrayNode tools = body.putArray("tools");
            conversation.tools().forEach(tool -> tools.add(EngineJson.MAPPER.readTree(tool)));
        }
        conversation
                .thinking()
                .ifPresent(thinking -> put(thinking, body.putObject("chat_template_kwargs")));
        return body;
    }

    private static void put(Thinking thinking, ObjectNode variables) {
        variables.put("enable_thinking", thinking.on());
        if (!thinking.level().isEmpty()) {
            variables.put("reasoning_effort", thinking.level());
        }
    }

    /** Reasoning of earlier turns is left out, as in Ollama. */
    private static void put(ChatMessage message, ObjectNode json) {
        json.put("role", message.role());
        if (message.images().isEmpty()) {
            json.put("content", message.content());
        } else {
            parts(message, json.putArray("content"));
        }
        if (!message.toolCalls().isEmpty()) {
            ArrayNode calls = json.putArray("tool_calls");
            message.toolCalls().forEach(call -> put(call, calls.addObject()));
        }
        if (!message.toolName().isEmpty()) {
            json.put("name", message.toolName());
        }
        if (!message.toolCallId().isEmpty()) {
            json.put("tool_call_id", message.toolCallId());
        }
    }

    private static void parts(ChatMessage message, ArrayNode parts) {
        if (!message.content().isEmpty()) {
            parts.addObject().put("type", "text").put("text", message.content());
        }
        message.images().forEach(image -> Media.of(image).writeTo(parts.addObject()));
    }

    private static void put(ToolCall call, ObjectNode json) {
        if (!call.id().isEmpty()) {
            json.put("id", call.id());
        }
        json.put("type", "function");
        json.putObject("function").put("name", call.name()).put("arguments", call.arguments());
    }
}
