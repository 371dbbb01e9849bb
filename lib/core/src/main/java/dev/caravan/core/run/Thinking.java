package dev.caravan.core.run;

/**
 * Whether a model that can is to reason before it answers.
 *
 * @param level "low", "medium", "high" or "max"; empty: the model's own
 */
public record Thinking(boolean on, String level) {
    public static final Thinking ON = new Thinking(true, "");
    public static final Thinking OFF = new Thinking(false, "");
}
