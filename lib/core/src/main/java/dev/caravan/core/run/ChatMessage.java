package dev.caravan.core.run;

import java.util.Locale;

/** One turn of a conversation; the role is lower case and not checked, as in Ollama. */
public record ChatMessage(String role, String content) {
    public ChatMessage {
        role = role.toLowerCase(Locale.ROOT);
    }
}
