package dev.caravan.core.run;

import java.util.List;
import java.util.Locale;

/**
 * One turn of a conversation; the role is lower case and not checked, as in Ollama.
 *
 * @param thinking the reasoning before the content; empty: none
 * @param images images or sounds, in Base64 without a prefix
 * @param toolCalls what an assistant wanted called
 * @param toolName of a tool's answer: the function; empty: not told
 * @param toolCallId of a tool's answer: the call; empty: not told
 */
public record ChatMessage(
        String role,
        String content,
        String thinking,
        List<String> images,
        List<ToolCall> toolCalls,
        String toolName,
        String toolCallId) {

    public ChatMessage {
        role = role.toLowerCase(Locale.ROOT);
        images = List.copyOf(images);
        toolCalls = List.copyOf(toolCalls);
    }

    /** Text alone. */
    public ChatMessage(String role, String content) {
        this(role, content, "", List.of(), List.of(), "", "");
    }

    /** A user's text with images. */
    public static ChatMessage user(String content, List<String> images) {
        return new ChatMessage("user", content, "", images, List.of(), "", "");
    }

    public ChatMessage withContent(String changed) {
        return new ChatMessage(role, changed, thinking, images, toolCalls, toolName, toolCallId);
    }

    public boolean isSystem() {
        return role.equals("system");
    }
}
