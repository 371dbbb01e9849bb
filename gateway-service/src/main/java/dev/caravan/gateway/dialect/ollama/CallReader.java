package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.cluster.ModelEntry;
import dev.caravan.core.run.AnswerOptions;
import dev.caravan.core.run.ChatMessage;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.core.run.OutputFormat;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.RunRequest;
import dev.caravan.gateway.dialect.ollama.InferenceCall.Intent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Bodies of /api/generate and /api/chat to requests, with Ollama's checks in Ollama's order: what
 * decoding would refuse, the name, the model, unloading, what the model can do, options, format.
 */
public final class CallReader {

    private final int contextLength;

    /**
     * @param contextLength tokens of context where neither a request nor its model ask for any
     */
    public CallReader(int contextLength) {
        this.contextLength = contextLength;
    }

    /** The fields of a decoded body that both verbs have. */
    private record Common(
            GoObject body, String sent, KeepAlive keepAlive, boolean stream, AnswerWishes wishes) {

        static Common decode(GoObject body) {
            KeepAlive keepAlive = KeepAliveReader.read(body);
            body.map("options");
            return new Common(
                    body,
                    body.textOrEmpty("model"),
                    keepAlive,
                    body.flag("stream").orElse(true),
                    AnswerWishes.read(body));
        }

        boolean unloads() {
            return keepAlive instanceof KeepAlive.For(var duration)
                    && duration.equals(Duration.ZERO);
        }

        /** Looked at only where something is to be said. */
        OutputFormat format(Intent intent) {
            return intent == Intent.LOAD ? new OutputFormat.Text() : FormatReader.read(body);
        }

        Intent intent() {
            return wishes.renderOnly() ? Intent.RENDER : Intent.ANSWER;
        }
    }

    /** The fields of a body that only generate has. */
    private record Said(
            String prompt,
            String system,
            String suffix,
            String template,
            boolean raw,
            List<String> images,
            Optional<List<Integer>> context) {

        static Said decode(GoObject body) {
            return new Said(
                    body.textOrEmpty("prompt"),
                    body.textOrEmpty("system"),
                    body.textOrEmpty("suffix"),
                    body.textOrEmpty("template"),
                    body.flag("raw").orElse(false),
                    Images.read(body),
                    body.value("context").map(context -> ids(body, context)));
        }

        private static List<Integer> ids(GoObject body, JsonNode context) {
            if (!context.isArray()) {
                throw body.mismatch("context", context, "[]int");
            }
            List<Integer> ids = new ArrayList<>(context.size());
            for (JsonNode id : context.values()) {
                if (id.isNull()) {
                    ids.add(0);
                    continue;
                }
                if (!id.isIntegralNumber() || !id.canConvertToInt()) {
                    throw body.mismatch("context", id, "int");
                }
                ids.add(id.intValue());
            }
            return ids;
        }

        boolean contradictsRaw() {
            return raw
                    && (!template.isEmpty()
                            || !system.isEmpty()
                            || !context.map(List::isEmpty).orElse(true));
        }

        /** A suffix has no room for a system text. */
        Prompt asPrompt() {
            return raw
                    ? new Prompt.Raw(prompt, images)
                    : new Prompt.Instruction(
                            suffix.isEmpty() ? system : "",
                            prompt,
                            suffix,
                            images,
                            context,
                            Optional.of(template).filter(text -> !text.isEmpty()));
        }
    }

    /**
     * @param requestId travels with the request
     */
    public InferenceCall generate(GoObject body, ClusterView view, String requestId) {
        Common common = Common.decode(body);
        Said said = Said.decode(body);
        if (common.sent().isBlank()) {
            throw ModelLookup.unnamed(common.sent());
        }
        ModelEntry model = ModelLookup.ANSWERING.find(common.sent(), view);
        boolean empty = said.prompt().isEmpty();
        if (empty && common.unloads()) {
            return call(common, model, new Prompt.Raw(""), Intent.UNLOAD, requestId);
        }
        if (said.contradictsRaw()) {
            throw Refusals.invalid("raw mode does not support template, system, or context");
        }
        Refusals.unlessCompletes(model, common.sent(), "generate");
        if (!said.suffix().isEmpty()) {
            Refusals.unlessCan(model, "insert");
        }
        return call(
                common,
                model,
                empty ? new Prompt.Raw("") : said.asPrompt(),
                empty ? Intent.LOAD : common.intent(),
                requestId);
    }

    /**
     * @param requestId travels with the request
     */
    public InferenceCall chat(GoObject body, ClusterView view, String requestId) {
        Common common = Common.decode(body);
        List<ChatMessage> turns = Messages.read(body);
        List<String> tools = Tools.read(body);
        if (common.sent().isBlank()) {
            throw Refusals.invalid("model is required");
        }
        ModelEntry model = ModelLookup.ANSWERING.find(common.sent(), view);
        Prompt.Chat prompt = new Prompt.Chat(turns, tools);
        if (turns.isEmpty() && common.unloads()) {
            return call(common, model, prompt, Intent.UNLOAD, requestId);
        }
        Refusals.unlessCompletes(model, common.sent(), "chat");
        if (!tools.isEmpty()) {
            Refusals.unlessCan(model, "tools");
        }
        return call(
                common, model, prompt, turns.isEmpty() ? Intent.LOAD : common.intent(), requestId);
    }

    private InferenceCall call(
            Common common, ModelEntry model, Prompt prompt, Intent intent, String requestId) {
        AnswerOptions answer = AnswerOptions.DEFAULTS;
        if (intent != Intent.UNLOAD) {
            answer = common.wishes().of(model, common.sent());
        }
        OptionsReader.Options options =
                intent == Intent.UNLOAD
                        ? OptionsReader.none()
                        : OptionsReader.read(common.body(), common.format(intent));
        ContextNeed context = ContextNeed.of(options.context(), contextLength, model.facts());
        RunRequest request =
                new RunRequest(
                        requestId,
                        model.name(),
                        model.digest(),
                        prompt,
                        options.sampling(),
                        answer.within(context.limit()),
                        context.bucket(),
                        common.keepAlive(),
                        options.distributed(),
                        options.loading(),
                        Optional.empty());
        return new InferenceCall(common.sent(), common.stream(), intent, request);
    }
}
