package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.cluster.ModelEntry;
import dev.caravan.core.run.AnswerOptions;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.core.run.OutputFormat;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.RunRequest;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Bodies of /api/embed and /api/embeddings to requests, one for each text. */
public final class EmbedReader {

    private final int contextLength;

    /**
     * @param contextLength tokens of context where neither a request nor its model ask for any
     */
    public EmbedReader(int contextLength) {
        this.contextLength = contextLength;
    }

    /**
     * @param requestId travels with the requests
     */
    public EmbedCall embed(GoObject body, ClusterView view, String requestId) {
        KeepAlive keepAlive = KeepAliveReader.read(body);
        boolean truncate = body.flag("truncate").orElse(true);
        int dimensions = Math.clamp(body.integer("dimensions").orElse(0L), 0, Integer.MAX_VALUE);
        String sent = body.textOrEmpty("model");
        List<String> inputs = body.value("input").map(EmbedReader::inputs).orElse(List.of());
        if (sent.isBlank()) {
            throw ModelLookup.unnamed(sent);
        }
        ModelEntry model = ModelLookup.EMBEDDING.find(sent, view);
        RunRequest load = request(body, model, keepAlive, new Prompt.Raw(""), requestId);
        return new EmbedCall(
                sent,
                load,
                inputs.stream().map(text -> new Prompt.Embedding(text, truncate, true)).toList(),
                dimensions);
    }

    /**
     * The older route: one text, whose vector is left as the engine makes it.
     *
     * @param requestId travels with the request
     */
    public EmbedCall embeddings(GoObject body, ClusterView view, String requestId) {
        KeepAlive keepAlive = KeepAliveReader.read(body);
        String sent = body.textOrEmpty("model");
        String prompt = body.textOrEmpty("prompt");
        if (sent.isBlank()) {
            throw Refusals.invalid("model is required");
        }
        ModelEntry model = ModelLookup.EMBEDDING.find(sent, view);
        RunRequest load = request(body, model, keepAlive, new Prompt.Raw(""), requestId);
        return new EmbedCall(
                sent,
                load,
                prompt.isEmpty() ? List.of() : List.of(new Prompt.Embedding(prompt, false, false)),
                0);
    }

    /** One text or several; one that is empty is none. */
    private static List<String> inputs(JsonNode input) {
        if (input.isString()) {
            return input.stringValue().isEmpty() ? List.of() : List.of(input.stringValue());
        }
        if (!input.isArray() || !input.values().stream().allMatch(JsonNode::isString)) {
            throw Refusals.invalid("invalid input type");
        }
        return input.values().stream().map(JsonNode::stringValue).toList();
    }

    private RunRequest request(
            GoObject body, ModelEntry model, KeepAlive keepAlive, Prompt prompt, String requestId) {
        OptionsReader.Options options = OptionsReader.read(body, new OutputFormat.Text());
        ContextNeed context = ContextNeed.of(options.context(), contextLength, model.facts());
        return new RunRequest(
                requestId,
                model.name(),
                model.digest(),
                prompt,
                options.sampling(),
                AnswerOptions.DEFAULTS.within(context.limit()),
                context.bucket(),
                keepAlive,
                options.distributed(),
                options.loading(),
                Optional.empty());
    }
}
