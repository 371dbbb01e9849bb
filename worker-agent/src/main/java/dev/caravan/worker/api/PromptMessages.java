package dev.caravan.worker.api;

import static dev.caravan.worker.api.Bodies.required;

import dev.caravan.core.run.ChatMessage;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.ToolCall;
import dev.caravan.wire.RunMessage;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Prompts as they cross between services. */
final class PromptMessages {

    private static final RunMessage.Instruction NOTHING_MORE =
            new RunMessage.Instruction(null, null, null, null);

    private PromptMessages() {}

    static Prompt prompt(RunMessage message) {
        RunMessage.Embed embed = message.embed();
        List<RunMessage.Message> messages = message.messages();
        String text = message.prompt();
        RunMessage.Instruction more =
                Objects.requireNonNullElse(message.instruction(), NOTHING_MORE);
        if (embed != null) {
            return new Prompt.Embedding(
                    required(embed.text(), "embed.text"), embed.truncate(), embed.scaled());
        }
        if (messages != null) {
            List<ChatMessage> turns = messages.stream().map(PromptMessages::turn).toList();
            return text == null
                    ? new Prompt.Chat(turns, tools(message.tools()))
                    : instruction(turns, text, more);
        }
        if (text != null) {
            return new Prompt.Raw(text, orNone(more.images()));
        }
        throw Bodies.invalid("messages and prompt: absent (expected: at least one)");
    }

    private static Prompt instruction(
            List<ChatMessage> turns, String text, RunMessage.Instruction more) {
        String system =
                turns.isEmpty() || !turns.getFirst().isSystem() ? "" : turns.getFirst().content();
        return new Prompt.Instruction(
                system,
                text,
                orEmpty(more.suffix()),
                orNone(more.images()),
                Optional.ofNullable(more.context()),
                Optional.ofNullable(more.template()));
    }

    private static List<String> tools(@Nullable List<JsonNode> tools) {
        return orNone(tools).stream().map(JsonNode::toString).toList();
    }

    private static ChatMessage turn(RunMessage.Message turn) {
        return new ChatMessage(
                required(turn.role(), "messages.role"),
                required(turn.content(), "messages.content"),
                orEmpty(turn.thinking()),
                orNone(turn.images()),
                orNone(turn.toolCalls()).stream().map(PromptMessages::call).toList(),
                orEmpty(turn.toolName()),
                orEmpty(turn.toolCallId()));
    }

    private static ToolCall call(dev.caravan.wire.ToolCall call) {
        return new ToolCall(
                orEmpty(call.id()),
                call.index(),
                required(call.name(), "messages.toolCalls.name"),
                required(call.arguments(), "messages.toolCalls.arguments").toString());
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static <T> List<T> orNone(@Nullable List<T> list) {
        return Objects.requireNonNullElse(list, List.of());
    }
}
