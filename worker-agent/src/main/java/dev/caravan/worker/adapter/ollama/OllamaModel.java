package dev.caravan.worker.adapter.ollama;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.model.ModelRunner;
import dev.caravan.worker.app.store.ModelPolicy;
import dev.caravan.worker.app.store.StoredModel;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A model as Ollama tells of it, made into one of ours. */
final class OllamaModel {

    private OllamaModel() {}

    /**
     * Whether it can be run here: it has a name and a digest, and is not one that ollama.com runs,
     * for prompts of a cluster's users do not leave it because its owner has an account.
     */
    static boolean isLocal(OllamaJson.Entry entry) {
        return entry.remoteHost() == null
                && entry.remoteModel() == null
                && name(entry).isPresent()
                && digest(entry).isPresent();
    }

    /** Whether it makes vectors and nothing else. */
    static boolean onlyEmbeds(StoredModel model) {
        return model.capabilities().contains("embedding")
                && !model.capabilities().contains("completion");
    }

    static Optional<ModelRef> name(OllamaJson.Entry entry) {
        return Optional.ofNullable(entry.name()).flatMap(ModelRef::parse);
    }

    static Optional<ModelDigest> digest(OllamaJson.Entry entry) {
        String hex = entry.digest();
        if (hex == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(new ModelDigest(hex.replaceFirst("^sha256:", "")));
        } catch (IllegalArgumentException notOne) {
            return Optional.empty();
        }
    }

    /** The model of an entry that {@link #isLocal}. */
    static StoredModel of(OllamaJson.Entry entry, OllamaJson.Show show) {
        ModelShape shape = ModelShape.of(show.info());
        List<String> capabilities =
                show.capabilities() != null ? show.capabilities() : orEmpty(entry.capabilities());
        return new StoredModel(
                name(entry).orElseThrow(),
                digest(entry).orElseThrow(),
                entry.size(),
                modifiedAt(entry.modifiedAt()),
                description(entry.details(), shape),
                capabilities,
                Optional.of(shape.facts(entry.size())),
                Optional.empty(),
                true,
                layers(show),
                ParameterText.parse(orEmpty(show.parameters())),
                ModelPolicy.DEFAULT,
                Optional.empty(),
                ModelRunner.OLLAMA,
                parts(entry.details(), show));
    }

    private static StoredModel.Parts parts(
            OllamaJson.@Nullable Details details, OllamaJson.Show show) {
        return new StoredModel.Parts(
                Optional.empty(),
                List.of(),
                List.of(),
                details == null ? "" : orEmpty(details.parent()),
                orEmpty(show.requires()));
    }

    private static StoredModel.Description description(
            OllamaJson.@Nullable Details details, ModelShape shape) {
        return details == null
                ? new StoredModel.Description(
                        "", "", List.of(), "", "", shape.contextLength(), shape.embeddingLength())
                : new StoredModel.Description(
                        orEmpty(details.format()),
                        orEmpty(details.family()),
                        orEmpty(details.families()),
                        orEmpty(details.parameterSize()),
                        orEmpty(details.quantization()),
                        shape.contextLength(),
                        shape.embeddingLength());
    }

    private static Map<String, List<String>> layers(OllamaJson.Show show) {
        Map<String, List<String>> layers = new LinkedHashMap<>();
        put(layers, "license", show.license());
        put(layers, "template", show.template());
        put(layers, "system", show.system());
        Map<String, Object> parameters = ParameterText.parse(orEmpty(show.parameters()));
        if (!parameters.isEmpty()) {
            put(layers, "params", OllamaJson.MAPPER.writeValueAsString(parameters));
        }
        JsonNode messages = show.messages();
        put(layers, "messages", messages == null ? "" : messages.toString());
        return layers;
    }

    private static void put(Map<String, List<String>> layers, String name, @Nullable String text) {
        if (text != null && !text.isEmpty()) {
            layers.put(name, List.of(text));
        }
    }

    private static Instant modifiedAt(@Nullable String text) {
        try {
            return text == null ? Instant.EPOCH : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException unreadable) {
            return Instant.EPOCH;
        }
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static List<String> orEmpty(@Nullable List<String> texts) {
        return texts == null ? List.of() : texts;
    }
}
