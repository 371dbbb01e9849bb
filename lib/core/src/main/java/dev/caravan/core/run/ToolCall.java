package dev.caravan.core.run;

/**
 * A function that the model wants called, or wanted called earlier in a conversation.
 *
 * @param id of this call, for the message that answers it; empty: none
 * @param index from 0, among the calls of one answer
 * @param arguments a JSON object, its keys in the model's order
 */
public record ToolCall(String id, int index, String name, String arguments) {}
