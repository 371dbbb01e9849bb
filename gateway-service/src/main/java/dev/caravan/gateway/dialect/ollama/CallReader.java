package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.cluster.ModelEntry;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.run.ChatMessage;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.RunRequest;
import dev.caravan.gateway.dialect.ollama.InferenceCall.Intent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Bodies of /api/generate and /api/chat to requests, with Ollama's checks in Ollama's order: what
 * decoding would refuse, the name, the model, unloading, what the model can do, options, format.
 */
public final class CallReader {

    private final int contextLength;

    /**
     * @param contextLength tokens of context where a request does not ask for any
     */
    public CallReader(int contextLength) {
        this.contextLength = contextLength;
    }

    /** The fields of a decoded body that both verbs have. */
    private record Common(String sent, ModelEntry model, KeepAlive keepAlive, boolean stream) {
        boolean unloads() {
            return keepAlive instanceof KeepAlive.For(var duration)
                    && duration.equals(Duration.ZERO);
        }
    }

    /**
     * @param requestId travels with the request
     */
    public InferenceCall generate(GoObject body, ClusterView view, String requestId) {
        KeepAlive keepAlive = decoded(body);
        String prompt = body.textOrEmpty("prompt");
        String system = body.textOrEmpty("system");
        boolean raw = body.flag("raw").orElse(false);
        boolean templated = !body.textOrEmpty("template").isEmpty();
        boolean continued = body.value("context").map(ids -> !ids.isEmpty()).orElse(false);
        Common common = common(body, keepAlive, find(body, view));
        if (prompt.isEmpty() && common.unloads()) {
            return call(common, body, new Prompt.Raw(""), Intent.UNLOAD, requestId);
        }
        if (raw && (templated || !system.isEmpty() || continued)) {
            throw Refusals.invalid("raw mode does not support template, system, or context");
        }
        Refusals.unlessCompletes(common.model(), common.sent(), "generate");
        if (!body.textOrEmpty("suffix").isEmpty()) {
            Refusals.lacking(common.model(), "insert", "suffix");
        }
        Refusals.thinking(body, common.model(), common.sent());
        if (prompt.isEmpty()) {
            return call(common, body, new Prompt.Raw(""), Intent.LOAD, requestId);
        }
        if (templated) {
            throw Refusals.notYet("template", "send raw:true with the rendered prompt");
        }
        if (continued) {
            throw Refusals.notYet("context", "send the conversation to /api/chat");
        }
        if (!body.texts("images").isEmpty()) {
            Refusals.images(common.model());
        }
        Refusals.debugging(body);
        return call(
                common,
                body,
                raw ? new Prompt.Raw(prompt) : conversation(system, prompt),
                Intent.ANSWER,
                requestId);
    }

    /**
     * @param requestId travels with the request
     */
    public InferenceCall chat(GoObject body, ClusterView view, String requestId) {
        KeepAlive keepAlive = decoded(body);
        List<GoObject> messages = body.objects("messages", "api.Message");
        List<ChatMessage> turns = turns(messages);
        boolean tools = !body.objects("tools", "api.Tool").isEmpty();
        if (body.textOrEmpty("model").isBlank()) {
            throw Refusals.invalid("model is required");
        }
        Common common = common(body, keepAlive, find(body, view));
        if (turns.isEmpty() && common.unloads()) {
            return call(common, body, new Prompt.Chat(turns), Intent.UNLOAD, requestId);
        }
        Refusals.unlessCompletes(common.model(), common.sent(), "chat");
        if (tools) {
            Refusals.lacking(common.model(), "tools", "tools");
        }
        Refusals.thinking(body, common.model(), common.sent());
        if (turns.isEmpty()) {
            return call(common, body, new Prompt.Chat(turns), Intent.LOAD, requestId);
        }
        for (GoObject message : messages) {
            if (!message.texts("images").isEmpty()) {
                Refusals.images(common.model());
            }
            if (!message.objects("tool_calls", "api.ToolCall").isEmpty()) {
                throw Refusals.notYet("messages.tool_calls", "leave them out");
            }
        }
        Refusals.debugging(body);
        return call(common, body, new Prompt.Chat(turns), Intent.ANSWER, requestId);
    }

    /** What the decoder itself refuses, and what is checked before the model is looked up. */
    private static KeepAlive decoded(GoObject body) {
        KeepAlive keepAlive = KeepAliveReader.read(body);
        Refusals.malformedThink(body);
        body.map("options");
        Refusals.logprobs(body);
        return keepAlive;
    }

    private static Common common(GoObject body, KeepAlive keepAlive, ModelEntry model) {
        boolean stream = body.flag("stream").orElse(true);
        return new Common(body.textOrEmpty("model"), model, keepAlive, stream);
    }

    private static ModelEntry find(GoObject body, ClusterView view) {
        String sent = body.textOrEmpty("model");
        if (sent.isBlank()) {
            throw notFound("");
        }
        ModelRef name =
                ModelRef.parse(sent).orElseThrow(() -> Refusals.invalid("invalid model name"));
        if (view.version().equals(Version.NONE)) {
            throw new CaravanException(
                    FaultCode.NO_CAPACITY,
                    "the gateway has not seen the cluster yet: no view from the scheduler; ask again");
        }
        return view.model(name).orElseThrow(() -> notFound(sent));
    }

    private static CaravanException notFound(String sent) {
        return new CaravanException(
                FaultCode.MODEL_NOT_FOUND, "model '%s' not found".formatted(sent));
    }

    private static List<ChatMessage> turns(List<GoObject> messages) {
        return messages.stream()
                .map(
                        message ->
                                new ChatMessage(
                                        message.textOrEmpty("role"),
                                        message.textOrEmpty("content")))
                .toList();
    }

    /** Ollama's template of a model that has none is the prompt alone, without the system text. */
    private static Prompt conversation(String system, String prompt) {
        List<ChatMessage> turns = new ArrayList<>(2);
        if (!system.isEmpty()) {
            turns.add(new ChatMessage("system", system));
        }
        turns.add(new ChatMessage("user", prompt));
        return new Prompt.Chat(turns, Optional.of(prompt));
    }

    private InferenceCall call(
            Common common, GoObject body, Prompt prompt, Intent intent, String requestId) {
        ModelEntry model = common.model();
        OptionsReader.Options options = OptionsReader.read(body, FormatReader.read(body));
        int context =
                ContextNeed.tokens(
                        options.context(), contextLength, model.facts().trainedContext());
        RunRequest request =
                new RunRequest(
                        requestId,
                        model.name(),
                        model.digest(),
                        prompt,
                        options.sampling(),
                        context,
                        common.keepAlive(),
                        options.distributed());
        return new InferenceCall(common.sent(), common.stream(), intent, request);
    }
}
