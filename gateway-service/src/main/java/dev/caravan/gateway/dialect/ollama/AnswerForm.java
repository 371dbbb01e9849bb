package dev.caravan.gateway.dialect.ollama;

/** Where the text stands in an answer's object. */
public enum AnswerForm {
    GENERATE("\",\"response\":\"", ""),
    CHAT("\",\"message\":{\"role\":\"assistant\",\"content\":\"", "}");

    private final String beforeText;
    private final String afterFields;

    AnswerForm(String beforeText, String afterFields) {
        this.beforeText = beforeText;
        this.afterFields = afterFields;
    }

    String beforeText() {
        return beforeText;
    }

    /** What closes the object that text, thinking and tool calls are in. */
    String afterFields() {
        return afterFields;
    }

    /** Whether probabilities stand before the figures of the last object, not behind them. */
    boolean logprobsFirst() {
        return this == CHAT;
    }

    /** An answer without a text of its own, which shows the prompt instead. */
    String blank() {
        return this == CHAT
                ? "\",\"message\":{\"role\":\"\",\"content\":\"\"}"
                : "\",\"response\":\"\"";
    }
}
