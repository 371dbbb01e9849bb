package dev.caravan.worker.adapter.ollama;

import dev.caravan.core.run.ChatMessage;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.ToolCall;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Prompts in Ollama's words; which of its routes takes one, the prompt says. */
final class OllamaPrompt {

    private OllamaPrompt() {}

    /** Puts the prompt into a body and answers the route's path. */
    static String put(Prompt prompt, Map<String, Object> body) {
        return switch (prompt) {
            case Prompt.Raw raw -> {
                body.put("prompt", raw.text());
                body.put("raw", true);
                putImages(raw.images(), body);
                yield "/api/generate";
            }
            case Prompt.Instruction said -> {
                putInstruction(said, body);
                yield "/api/generate";
            }
            case Prompt.Chat chat -> {
                body.put("messages", chat.messages().stream().map(OllamaPrompt::message).toList());
                if (!chat.tools().isEmpty()) {
                    body.put(
                            "tools",
                            chat.tools().stream().map(OllamaJson.MAPPER::readTree).toList());
                }
                yield "/api/chat";
            }
            case Prompt.Embedding text when text.scaled() -> {
                body.put("input", text.text());
                body.put("truncate", text.truncate());
                yield "/api/embed";
            }
            case Prompt.Embedding text -> {
                body.put("prompt", text.text());
                yield "/api/embeddings";
            }
        };
    }

    private static void putInstruction(Prompt.Instruction said, Map<String, Object> body) {
        body.put("prompt", said.text());
        if (!said.system().isEmpty()) {
            body.put("system", said.system());
        }
        if (!said.suffix().isEmpty()) {
            body.put("suffix", said.suffix());
        }
        putImages(said.images(), body);
        said.context().ifPresent(ids -> body.put("context", ids));
        said.template().ifPresent(template -> body.put("template", template));
    }

    private static void putImages(List<String> images, Map<String, Object> body) {
        if (!images.isEmpty()) {
            body.put("images", images);
        }
    }

    private static Map<String, Object> message(ChatMessage turn) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", turn.role());
        message.put("content", turn.content());
        if (!turn.thinking().isEmpty()) {
            message.put("thinking", turn.thinking());
        }
        putImages(turn.images(), message);
        if (!turn.toolCalls().isEmpty()) {
            message.put("tool_calls", turn.toolCalls().stream().map(OllamaPrompt::call).toList());
        }
        if (!turn.toolName().isEmpty()) {
            message.put("tool_name", turn.toolName());
        }
        if (!turn.toolCallId().isEmpty()) {
            message.put("tool_call_id", turn.toolCallId());
        }
        return message;
    }

    private static Map<String, Object> call(ToolCall call) {
        Map<String, Object> json = new LinkedHashMap<>();
        if (!call.id().isEmpty()) {
            json.put("id", call.id());
        }
        json.put(
                "function",
                Map.of(
                        "index", call.index(),
                        "name", call.name(),
                        "arguments", OllamaJson.MAPPER.readTree(call.arguments())));
        return json;
    }
}
