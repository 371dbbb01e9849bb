package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.run.ChatMessage;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.Thinking;
import dev.caravan.core.run.ToolCall;
import dev.caravan.template.ThinkingTags;
import dev.caravan.template.Turn;
import dev.caravan.worker.app.prompt.PromptTemplates;
import dev.caravan.worker.app.store.StoredModel;
import java.util.Map;
import java.util.Optional;
import reactor.core.publisher.Flux;

/** A model's conversations as the interpreter of Go templates takes them. */
record GoPrompts(StoredModel model, PromptTemplates templates) {

    private static final ThinkingTags USUAL_TAGS = new ThinkingTags("<think>", "</think>");

    /** Whether prompts are made here and not by the engine. */
    boolean renders() {
        return templates.has(model);
    }

    /** Empty: the engine is to render it by the chat template in the model's file. */
    Optional<String> render(Conversation conversation) {
        return templates.render(model, go(conversation));
    }

    /** By a request's own template. */
    String render(String template, Conversation conversation) {
        return templates.render(template, go(conversation));
    }

    /** Text with a gap that the answer is to fill. */
    String fillIn(Prompt.Instruction said, Optional<Thinking> thinking) {
        return templates.fillIn(model, said.template(), said.text(), said.suffix(), go(thinking));
    }

    /**
     * What is around the reasoning that was asked for; empty also where the file's own template has
     * other words for it.
     */
    Optional<ThinkingTags> thinkingTags(Conversation conversation) {
        return conversation
                .thinking()
                .filter(Thinking::on)
                .flatMap(
                        _ ->
                                renders()
                                        ? templates.thinkingTags(model)
                                        : model.parts()
                                                .chatTemplate()
                                                .filter(GoPrompts::hasUsualTags)
                                                .map(_ -> USUAL_TAGS));
    }

    private static boolean hasUsualTags(String chatTemplate) {
        return chatTemplate.contains(USUAL_TAGS.opening())
                && chatTemplate.contains(USUAL_TAGS.closing());
    }

    /** Tells calls of the conversation's tools from the answer's text. */
    Flux<RunFrame> withCalls(Flux<RunFrame> answer, Conversation conversation) {
        return conversation.tools().isEmpty()
                ? answer
                : CallSplitter.split(answer, templates.callTag(model), conversation.toolNames());
    }

    private static dev.caravan.template.Conversation go(Conversation conversation) {
        return new dev.caravan.template.Conversation(
                conversation.messages().stream().map(GoPrompts::go).toList(),
                conversation.tools().stream().<Map<String, ?>>map(GoPrompts::object).toList(),
                go(conversation.thinking()));
    }

    private static Turn go(ChatMessage message) {
        return new Turn(
                message.role(),
                message.content(),
                message.thinking(),
                message.toolCalls().stream().map(GoPrompts::go).toList(),
                message.toolName(),
                message.toolCallId());
    }

    private static dev.caravan.template.ToolCall go(ToolCall call) {
        return new dev.caravan.template.ToolCall(
                call.id(), call.index(), call.name(), object(call.arguments()));
    }

    private static dev.caravan.template.Thinking go(Optional<Thinking> thinking) {
        return thinking.map(
                        asked ->
                                !asked.on()
                                        ? dev.caravan.template.Thinking.OFF
                                        : asked.level().isEmpty()
                                                ? dev.caravan.template.Thinking.ON
                                                : dev.caravan.template.Thinking.at(asked.level()))
                .orElse(dev.caravan.template.Thinking.UNSAID);
    }

    private static Map<String, ?> object(String json) {
        return EngineJson.MAPPER.readerForMapOf(Object.class).readValue(json);
    }
}
