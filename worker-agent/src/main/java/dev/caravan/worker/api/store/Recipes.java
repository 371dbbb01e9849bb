package dev.caravan.worker.api.store;

import dev.caravan.core.model.Continuation;
import dev.caravan.wire.CreateMessage;
import dev.caravan.wire.WireJson;
import dev.caravan.worker.app.store.BlobDigest;
import dev.caravan.worker.app.store.ModelRecipe;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Wishes for new models as they cross between services. */
final class Recipes {

    private Recipes() {}

    static ModelRecipe recipe(CreateMessage message) {
        if (message.from() == null && or(message.files(), Map.of()).isEmpty()) {
            throw Answers.invalid("neither 'from' or 'files' was specified");
        }
        return new ModelRecipe(
                Answers.name(message.name()),
                Optional.ofNullable(message.from()).map(Answers::name),
                blobs(message.files()),
                blobs(message.adapters()),
                new ModelRecipe.Texts(
                        Optional.ofNullable(message.template()),
                        Optional.ofNullable(message.system()),
                        or(message.licenses(), List.of())),
                plain(message.parameters()),
                Optional.ofNullable(message.messages())
                        .filter(messages -> !messages.isEmpty())
                        .map(WireJson.mapper()::writeValueAsString),
                Optional.ofNullable(message.quantize()),
                Optional.ofNullable(message.config())
                        .map(Recipes::config)
                        .orElse(ModelRecipe.Config.NONE),
                continuation(message));
    }

    private static ModelRecipe.Config config(CreateMessage.Config config) {
        return new ModelRecipe.Config(
                or(config.renderer(), ""),
                or(config.parser(), ""),
                or(config.requires(), ""),
                or(config.capabilities(), List.of()),
                or(config.family(), ""),
                or(config.baseName(), ""),
                or(config.quantization(), ""),
                or(config.parameterSize(), ""),
                or(config.contextLength(), 0),
                or(config.embeddingLength(), 0));
    }

    private static SortedMap<String, BlobDigest> blobs(@Nullable Map<String, String> files) {
        SortedMap<String, BlobDigest> blobs = new TreeMap<>();
        or(files, Map.<String, String>of())
                .forEach(
                        (file, digest) ->
                                blobs.put(
                                        file,
                                        BlobDigest.parse(digest)
                                                .orElseThrow(
                                                        () ->
                                                                Answers.invalid(
                                                                        "invalid digest format"))));
        return blobs;
    }

    private static Map<String, ?> plain(@Nullable Map<String, JsonNode> values) {
        Map<String, @Nullable Object> plain = new LinkedHashMap<>();
        or(values, Map.<String, JsonNode>of())
                .forEach(
                        (name, value) ->
                                plain.put(
                                        name, WireJson.mapper().treeToValue(value, Object.class)));
        return plain;
    }

    private static Continuation continuation(CreateMessage message) {
        try {
            return message.continuation() == null
                    ? Continuation.FLUENT
                    : Continuation.parse(message.continuation());
        } catch (IllegalArgumentException unknown) {
            throw Answers.invalid(String.valueOf(unknown.getMessage()));
        }
    }

    private static <T> T or(@Nullable T value, T other) {
        return value == null ? other : value;
    }
}
