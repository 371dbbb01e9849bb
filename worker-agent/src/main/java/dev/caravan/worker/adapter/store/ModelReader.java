package dev.caravan.worker.adapter.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.model.ModelRunner;
import dev.caravan.wire.WireJson;
import dev.caravan.worker.app.prompt.TemplateChoice;
import dev.caravan.worker.app.store.BlobDigest;
import dev.caravan.worker.app.store.ModelPolicy;
import dev.caravan.worker.app.store.StoredModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;

/**
 * Makes a {@link StoredModel} of a manifest. What cannot be read becomes the model's fault, so that
 * a broken model is seen by its name instead of being gone.
 */
final class ModelReader {

    /** Bytes of a small layer; a longer one is another kind of file than it says. */
    private static final long MAX_TEXT_BYTES = 4L * 1024 * 1024;

    private static final Set<String> TEXTS =
            Set.of("license", "template", "system", "params", "messages");

    private final StoreFolders folders;
    private final PolicyFiles policies;
    private final WeightsCache weights;

    ModelReader(StoreFolders folders, PolicyFiles policies, WeightsCache weights) {
        this.folders = folders;
        this.policies = policies;
        this.weights = weights;
    }

    /** The model, or empty where its manifest went away meanwhile. */
    Optional<StoredModel> read(ManifestTree.Entry entry) {
        try {
            byte[] bytes = Files.readAllBytes(entry.file());
            return Optional.of(new Reading(entry, bytes).model());
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    /** One model being read; keeps the first fault. */
    private final class Reading {
        private final ManifestTree.Entry entry;
        private final byte[] bytes;
        private final Map<String, List<String>> layers = new HashMap<>();
        private @Nullable String fault;

        Reading(ManifestTree.Entry entry, byte[] bytes) {
            this.entry = entry;
            this.bytes = bytes;
        }

        StoredModel model() {
            ModelDigest digest =
                    new ModelDigest(HexFormat.of().formatHex(Upload.sha256().digest(bytes)));
            Optional<Manifest> manifest = manifest();
            ConfigBlob config = manifest.map(this::config).orElse(ConfigBlob.NONE);
            manifest.ifPresent(this::readTexts);
            Optional<Path> file =
                    manifest.flatMap(found -> found.last("model")).flatMap(this::blob);
            Optional<Weights> facts = file.flatMap(this::weights);
            if (manifest.isPresent() && file.isEmpty()) {
                fail("the manifest names no weights (expected: a layer of type model)");
            }
            ModelPolicy policy = policy();
            Optional<ModelFacts> readable =
                    fault == null ? facts.map(Weights::facts) : Optional.<ModelFacts>empty();
            checkTemplate();
            StoredModel.Parts parts =
                    new StoredModel.Parts(
                            facts.flatMap(Weights::chatTemplate)
                                    .filter(template -> !template.isEmpty()),
                            manifest.map(found -> files(found, "adapter")).orElse(List.of()),
                            manifest.map(found -> files(found, "projector")).orElse(List.of()),
                            manifest.flatMap(found -> found.last("model"))
                                    .map(layer -> layer.from())
                                    .orElse(""),
                            Objects.requireNonNullElse(config.requires(), ""));
            return new StoredModel(
                    entry.name(),
                    digest,
                    manifest.map(Manifest::size).orElse(0L),
                    entry.stamp().modifiedAt(),
                    Descriptions.of(config, facts),
                    Capabilities.of(facts, config, manifest, layers),
                    readable,
                    file,
                    parts.chatTemplate().isPresent(),
                    layers,
                    params(),
                    policy,
                    Optional.ofNullable(fault),
                    ModelRunner.LLAMA_CPP,
                    parts);
        }

        /** The file is readable all the same, so that a load is tried and tells why not. */
        private void checkTemplate() {
            layers.getOrDefault("template", List.of()).stream()
                    .findFirst()
                    .flatMap(TemplateChoice::fault)
                    .ifPresent(this::fail);
        }

        private List<Path> files(Manifest manifest, String kind) {
            return manifest.layers().stream()
                    .filter(layer -> layer.kind().equals(kind))
                    .flatMap(layer -> blob(layer).stream())
                    .toList();
        }

        private Optional<Manifest> manifest() {
            try {
                return Optional.of(Manifest.parse(bytes));
            } catch (JacksonException | NullPointerException broken) {
                fail("manifest: " + reason(broken));
                return Optional.empty();
            }
        }

        private ConfigBlob config(Manifest manifest) {
            return blob(manifest.config())
                    .flatMap(this::text)
                    .map(
                            json -> {
                                try {
                                    return ConfigBlob.parse(json.getBytes(UTF_8));
                                } catch (JacksonException broken) {
                                    fail("config blob: " + reason(broken));
                                    return ConfigBlob.NONE;
                                }
                            })
                    .orElse(ConfigBlob.NONE);
        }

        private void readTexts(Manifest manifest) {
            for (Manifest.Layer layer : manifest.layers()) {
                String kind = layer.kind().equals("prompt") ? "template" : layer.kind();
                if (TEXTS.contains(kind)) {
                    blob(layer)
                            .flatMap(this::text)
                            .ifPresent(
                                    text ->
                                            layers.computeIfAbsent(kind, _ -> new ArrayList<>())
                                                    .add(text));
                }
            }
        }

        private Map<String, Object> params() {
            List<String> found = layers.getOrDefault("params", List.of());
            if (found.isEmpty()) {
                return Map.of();
            }
            try {
                Map<String, Object> params =
                        WireJson.mapper()
                                .readValue(
                                        found.getFirst(),
                                        new TypeReference<Map<String, Object>>() {});
                params.values().removeIf(Objects::isNull);
                return params;
            } catch (JacksonException broken) {
                fail("params layer: " + reason(broken));
                return Map.of();
            }
        }

        private Optional<Path> blob(Manifest.Layer layer) {
            try {
                BlobDigest digest = layer.blob();
                Path file = folders.blob(digest);
                if (!Files.isRegularFile(file)) {
                    fail("blob %s is missing".formatted(digest));
                    return Optional.empty();
                }
                return Optional.of(file);
            } catch (IllegalArgumentException broken) {
                fail("manifest: " + broken.getMessage());
                return Optional.empty();
            }
        }

        private Optional<String> text(Path file) {
            try {
                if (Files.size(file) > MAX_TEXT_BYTES) {
                    fail("blob %s is too large for a text".formatted(file.getFileName()));
                    return Optional.empty();
                }
                return Optional.of(new String(Files.readAllBytes(file), UTF_8));
            } catch (IOException failed) {
                fail("cannot read %s: %s".formatted(file, failed));
                return Optional.empty();
            }
        }

        private Optional<Weights> weights(Path file) {
            return switch (weights.read(file)) {
                case WeightsCache.Read(var found) -> Optional.of(found);
                case WeightsCache.Broken(var why) -> {
                    fail(why);
                    yield Optional.empty();
                }
            };
        }

        private ModelPolicy policy() {
            try {
                return policies.read(entry.name());
            } catch (IOException broken) {
                fail(reason(broken));
                return ModelPolicy.DEFAULT;
            }
        }

        private void fail(String why) {
            if (fault == null) {
                fault = why;
            }
        }
    }

    private static String reason(Exception broken) {
        return broken instanceof JacksonException json
                ? json.getOriginalMessage()
                : String.valueOf(broken.getMessage());
    }
}
