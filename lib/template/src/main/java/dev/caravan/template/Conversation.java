package dev.caravan.template;

import java.util.List;
import java.util.Map;

/**
 * What a prompt is made of.
 *
 * @param turns oldest first; system messages are among them
 * @param tools definitions in the form of Ollama's API, JSON values as plain Java
 */
public record Conversation(List<Turn> turns, List<Map<String, ?>> tools, Thinking thinking) {

    public Conversation {
        turns = List.copyOf(turns);
        tools = List.copyOf(tools);
    }

    public Conversation(List<Turn> turns) {
        this(turns, List.of(), Thinking.UNSAID);
    }
}
