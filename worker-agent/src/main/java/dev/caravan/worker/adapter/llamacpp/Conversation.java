package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.run.ChatMessage;
import dev.caravan.core.run.Thinking;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everything that a chat template is given.
 *
 * @param messages the model's own among them
 * @param tools JSON objects
 * @param thinking empty: nothing is said of it
 */
record Conversation(List<ChatMessage> messages, List<String> tools, Optional<Thinking> thinking) {

    Conversation {
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
    }

    /** Of those tools that have one. */
    List<String> toolNames() {
        return tools.stream()
                .map(tool -> EngineJson.MAPPER.readTree(tool).path("function").path("name"))
                .map(name -> name.asString(""))
                .filter(name -> !name.isEmpty())
                .toList();
    }

    /** In Base64, in their order. */
    List<String> media() {
        return messages.stream().flatMap(message -> message.images().stream()).toList();
    }

    /** With the names of the images in the texts, for a template that knows no images. */
    Conversation withNamedImages() {
        return images() == 0 ? this : new Conversation(MediaMarks.named(messages), tools, thinking);
    }

    int images() {
        return messages.stream().mapToInt(message -> message.images().size()).sum();
    }

    /**
     * Whether the engine has to read the answer, or the media, which it does on its chat route
     * alone: there no token ids are told.
     */
    boolean needsParser() {
        return thinking.isPresent() || hasCallsOrMedia();
    }

    /** Whether there is more to read than reasoning. */
    boolean hasCallsOrMedia() {
        return !tools.isEmpty()
                || images() > 0
                || messages.stream().anyMatch(message -> !message.toolCalls().isEmpty());
    }

    /** How many messages may be left out: all but system messages and the last one. */
    int droppable() {
        return (int)
                messages.stream()
                        .limit(Math.max(0, messages.size() - 1))
                        .filter(message -> !message.isSystem())
                        .count();
    }

    /** Without the oldest messages that may be left out. */
    Conversation without(int oldest) {
        List<ChatMessage> kept = new ArrayList<>();
        int left = oldest;
        for (ChatMessage message : messages) {
            if (left > 0 && !message.isSystem()) {
                left--;
            } else {
                kept.add(message);
            }
        }
        return new Conversation(kept, tools, thinking);
    }
}
