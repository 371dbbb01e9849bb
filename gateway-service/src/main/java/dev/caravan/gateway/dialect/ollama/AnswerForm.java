package dev.caravan.gateway.dialect.ollama;

/** Where the text stands in an answer's object. */
public enum AnswerForm {
    GENERATE("\",\"response\":\"", "\""),
    CHAT("\",\"message\":{\"role\":\"assistant\",\"content\":\"", "\"}");

    private final String beforeText;
    private final String afterText;

    AnswerForm(String beforeText, String afterText) {
        this.beforeText = beforeText;
        this.afterText = afterText;
    }

    String beforeText() {
        return beforeText;
    }

    String afterText() {
        return afterText;
    }
}
