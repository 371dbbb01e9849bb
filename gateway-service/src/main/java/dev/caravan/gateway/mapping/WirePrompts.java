package dev.caravan.gateway.mapping;

import dev.caravan.core.run.ChatMessage;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.ToolCall;
import dev.caravan.wire.RunMessage;
import dev.caravan.wire.WireJson;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Prompts as agents read them. */
final class WirePrompts {

    private WirePrompts() {}

    static @Nullable List<RunMessage.Message> messages(Prompt prompt) {
        return switch (prompt) {
            case Prompt.Chat chat -> turns(chat.messages());
            case Prompt.Instruction said -> turns(said.conversation(Optional.empty(), List.of()));
            case Prompt.Raw _, Prompt.Embedding _ -> null;
        };
    }

    static @Nullable String text(Prompt prompt) {
        return switch (prompt) {
            case Prompt.Instruction said -> said.text();
            case Prompt.Raw raw -> raw.text();
            case Prompt.Chat _, Prompt.Embedding _ -> null;
        };
    }

    static RunMessage.@Nullable Instruction more(Prompt prompt) {
        return switch (prompt) {
            case Prompt.Instruction said -> more(said);
            case Prompt.Raw raw when !raw.images().isEmpty() ->
                    new RunMessage.Instruction(null, raw.images(), null, null);
            case Prompt.Raw _, Prompt.Chat _, Prompt.Embedding _ -> null;
        };
    }

    private static RunMessage.@Nullable Instruction more(Prompt.Instruction said) {
        RunMessage.Instruction more =
                new RunMessage.Instruction(
                        orNull(said.suffix()),
                        orNull(said.images()),
                        said.context().orElse(null),
                        said.template().orElse(null));
        return more.equals(new RunMessage.Instruction(null, null, null, null)) ? null : more;
    }

    static @Nullable List<JsonNode> tools(Prompt prompt) {
        return prompt instanceof Prompt.Chat chat && !chat.tools().isEmpty()
                ? chat.tools().stream().map(WireJson.mapper()::readTree).toList()
                : null;
    }

    static RunMessage.@Nullable Embed embed(Prompt prompt) {
        return prompt instanceof Prompt.Embedding(var text, var truncate, var scaled)
                ? new RunMessage.Embed(text, truncate, scaled)
                : null;
    }

    /** A call that a model made. */
    static ToolCall call(dev.caravan.wire.ToolCall call) {
        return new ToolCall(call.id(), call.index(), call.name(), call.arguments().toString());
    }

    private static List<RunMessage.Message> turns(List<ChatMessage> turns) {
        return turns.stream().map(WirePrompts::turn).toList();
    }

    private static RunMessage.Message turn(ChatMessage turn) {
        return new RunMessage.Message(
                turn.role(),
                turn.content(),
                orNull(turn.thinking()),
                orNull(turn.images()),
                orNull(turn.toolCalls().stream().map(WirePrompts::wire).toList()),
                orNull(turn.toolName()),
                orNull(turn.toolCallId()));
    }

    private static dev.caravan.wire.ToolCall wire(ToolCall call) {
        return new dev.caravan.wire.ToolCall(
                call.id(), call.index(), call.name(), WireJson.mapper().readTree(call.arguments()));
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static <T> @Nullable List<T> orNull(List<T> list) {
        return list.isEmpty() ? null : list;
    }
}
