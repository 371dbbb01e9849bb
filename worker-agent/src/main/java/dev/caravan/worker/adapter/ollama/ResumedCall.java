package dev.caravan.worker.adapter.ollama;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.run.ChatMessage;
import dev.caravan.core.run.OutputFormat;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.ResumePoint;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.SamplingOptions;
import dev.caravan.worker.app.engine.EngineRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The rest of an answer that broke off elsewhere. Ollama takes no token ids for it but goes on with
 * a last message of the assistant, and with a raw prompt however it ends; so what was told is put
 * behind the prompt as text. An instruction becomes the conversation that it is.
 *
 * @param request for the rest
 * @param point where it begins
 */
record ResumedCall(EngineRequest request, ResumePoint point) {

    /**
     * @throws CaravanException {@code INVALID_REQUEST}, naming what cannot go on
     */
    static ResumedCall of(EngineRequest whole, ResumePoint point) {
        if (!(whole.options().format() instanceof OutputFormat.Text)) {
            throw notResumable("format");
        }
        SamplingOptions options = whole.options();
        int most = options.predict();
        return new ResumedCall(
                new EngineRequest(
                        prompt(whole.prompt(), point),
                        most > 0
                                ? options.withPredict(Math.max(0, most - point.answered()))
                                : options,
                        whole.answer(),
                        Optional.empty()),
                point);
    }

    private static Prompt prompt(Prompt prompt, ResumePoint point) {
        return switch (prompt) {
            case Prompt.Chat chat -> chat(chat, point);
            case Prompt.Raw raw -> raw(raw, point);
            case Prompt.Instruction said -> instruction(said, point);
            case Prompt.Embedding _ -> throw notResumable("a vector");
        };
    }

    private static Prompt chat(Prompt.Chat chat, ResumePoint point) {
        require(chat.tools().isEmpty(), "tools");
        require(chat.messages().stream().allMatch(turn -> turn.images().isEmpty()), "images");
        return told(chat.messages(), point);
    }

    private static Prompt raw(Prompt.Raw raw, ResumePoint point) {
        require(raw.images().isEmpty(), "images");
        require(point.thinking().isEmpty(), "reasoning about a raw prompt");
        return new Prompt.Raw(raw.text() + point.text());
    }

    private static Prompt instruction(Prompt.Instruction said, ResumePoint point) {
        require(said.suffix().isEmpty(), "a suffix");
        require(said.images().isEmpty(), "images");
        require(said.context().isEmpty(), "a context");
        require(said.template().isEmpty(), "a template of the request");
        return told(said.conversation(Optional.empty(), List.of()), point);
    }

    private static Prompt told(List<ChatMessage> turns, ResumePoint point) {
        List<ChatMessage> all = new ArrayList<>(turns);
        if (!point.text().isEmpty() || !point.thinking().isEmpty()) {
            all.add(
                    new ChatMessage(
                            "assistant",
                            point.text(),
                            point.thinking(),
                            List.of(),
                            List.of(),
                            "",
                            ""));
        }
        return new Prompt.Chat(all);
    }

    private static void require(boolean there, String what) {
        if (!there) {
            throw notResumable(what);
        }
    }

    private static CaravanException notResumable(String what) {
        return new CaravanException(
                FaultCode.INVALID_REQUEST,
                "resume: an answer with %s cannot go on where it broke off (expected: it is made again)"
                        .formatted(what));
    }

    RunFrame.Resumed resumed() {
        return new RunFrame.Resumed(point.answered(), false);
    }

    /** The frame with the figures of the whole answer: what was told counts as answer. */
    RunFrame whole(RunFrame frame) {
        return frame instanceof RunFrame.End end
                ? end.of(
                        point.promptIds().isEmpty()
                                ? Math.max(0, end.promptTokens() - point.answered())
                                : point.promptIds().size(),
                        point.answered() + end.answerTokens())
                : frame;
    }
}
