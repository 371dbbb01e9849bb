package dev.caravan.template;

/** What a model writes around its reasoning, such as {@code <think>} and {@code </think>}. */
public record ThinkingTags(String opening, String closing) {}
