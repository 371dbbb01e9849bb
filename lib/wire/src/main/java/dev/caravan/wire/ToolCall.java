package dev.caravan.wire;

import tools.jackson.databind.JsonNode;

/**
 * A function that a model wants called.
 *
 * @param index from 0, among the calls of one answer
 * @param arguments an object
 */
public record ToolCall(String id, int index, String name, JsonNode arguments) {}
