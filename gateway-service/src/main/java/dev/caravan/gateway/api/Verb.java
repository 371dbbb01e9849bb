package dev.caravan.gateway.api;

import dev.caravan.gateway.dialect.ollama.AnswerForm;

/** The two ways to ask for an answer. */
enum Verb {
    GENERATE("GenerateRequest", "text_completion", AnswerForm.GENERATE),
    CHAT("ChatRequest", "chat", AnswerForm.CHAT);

    private final String body;
    private final String operation;
    private final AnswerForm form;

    Verb(String body, String operation, AnswerForm form) {
        this.body = body;
        this.operation = operation;
        this.form = form;
    }

    /** The body's type as Ollama's error texts name it. */
    String body() {
        return body;
    }

    /** OpenTelemetry's name of it. */
    String operation() {
        return operation;
    }

    AnswerForm form() {
        return form;
    }
}
