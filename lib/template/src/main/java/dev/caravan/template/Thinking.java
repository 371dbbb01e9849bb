package dev.caravan.template;

/**
 * What a request says of thinking.
 *
 * @param said whether it says anything
 * @param level "low", "medium", "high" or "max"; empty where it does not think
 */
public record Thinking(boolean said, boolean on, String level) {

    public static final Thinking UNSAID = new Thinking(false, false, "");
    public static final Thinking OFF = new Thinking(true, false, "");

    /** Ollama's level where a request only says yes. */
    public static final Thinking ON = new Thinking(true, true, "medium");

    public static Thinking at(String level) {
        return new Thinking(true, true, level);
    }
}
