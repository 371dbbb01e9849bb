package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.fault.EngineRefusal;
import dev.caravan.core.run.ChatMessage;
import dev.caravan.core.run.OptionValues;
import dev.caravan.core.run.Prompt;
import dev.caravan.worker.app.store.StoredModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * What a model brings to every request: its parameters, its system text, and messages that go
 * before the request's.
 */
record ModelDefaults(OptionValues options, Optional<String> system, List<ChatMessage> messages) {

    private static final int BROKEN_MODEL = 500;

    private record Turn(@Nullable String role, @Nullable String content) {
        ChatMessage message() {
            return new ChatMessage(role == null ? "" : role, content == null ? "" : content);
        }
    }

    static ModelDefaults of(StoredModel model) {
        return new ModelDefaults(
                new OptionValues(model.params()),
                model.system().filter(text -> !text.isEmpty()),
                model.layers().getOrDefault("messages", List.of()).stream()
                        .findFirst()
                        .map(ModelDefaults::messages)
                        .orElse(List.of()));
    }

    private static List<ChatMessage> messages(String layer) {
        try {
            List<Turn> turns = EngineJson.MAPPER.readerForListOf(Turn.class).readValue(layer);
            return turns.stream().map(Turn::message).toList();
        } catch (JacksonException broken) {
            throw new EngineRefusal(
                    BROKEN_MODEL, "messages of the model: " + broken.getOriginalMessage());
        }
    }

    /**
     * A request's conversation with the model's own texts: its messages first, and its system text
     * in front of all where the request does not begin with one.
     */
    List<ChatMessage> around(List<ChatMessage> turns) {
        List<ChatMessage> all = new ArrayList<>();
        if (turns.isEmpty() || !turns.getFirst().isSystem()) {
            system.ifPresent(text -> all.add(new ChatMessage("system", text)));
        }
        all.addAll(messages);
        all.addAll(turns);
        return all;
    }

    List<ChatMessage> around(Prompt.Instruction instruction) {
        return instruction.conversation(system, messages);
    }
}
