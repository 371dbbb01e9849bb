package dev.caravan.template;

import java.util.List;

/**
 * One message.
 *
 * @param thinking what came before the content of an answer; empty: nothing
 * @param toolName of a tool's result; empty: not told
 */
public record Turn(
        String role,
        String content,
        String thinking,
        List<ToolCall> toolCalls,
        String toolName,
        String toolCallId) {

    public Turn {
        toolCalls = List.copyOf(toolCalls);
    }

    public Turn(String role, String content) {
        this(role, content, "", List.of(), "", "");
    }

    Turn with(String longer) {
        return new Turn(role, longer, thinking, toolCalls, toolName, toolCallId);
    }
}
