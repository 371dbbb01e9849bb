package dev.caravan.worker.adapter.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import dev.caravan.gguf.GgufFile;
import dev.caravan.template.GoJson;
import dev.caravan.template.PromptTemplate;
import dev.caravan.template.TemplateException;
import dev.caravan.template.UnsupportedDirective;
import dev.caravan.wire.WireJson;
import dev.caravan.worker.app.store.BlobDigest;
import dev.caravan.worker.app.store.ModelRecipe;
import dev.caravan.worker.app.store.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;

/**
 * One model being made; its methods are called in their order, one after the other, and block. What
 * it is made of is held before it is looked at, so that no delete can take it away meanwhile.
 */
final class Making {

    private final ModelRecipe recipe;
    private final StoreFolders folders;
    private final BlobHolds.Hold hold;
    private final Drafts drafts;
    private final DraftWeights weights;
    private ConfigBlob base = ConfigBlob.NONE;

    /**
     * @param hold released by its owner
     */
    Making(ModelRecipe recipe, Shelf shelf, WeightsCache cache, BlobHolds.Hold hold) {
        this.recipe = recipe;
        this.folders = shelf.folders();
        this.hold = hold;
        this.drafts = new Drafts(folders, shelf.uploads(), hold);
        this.weights = new DraftWeights(folders, cache, hold, drafts);
    }

    /** Refuses what cannot come to anything, before the first step. */
    void check() {
        recipe.texts().template().ifPresent(Making::checkTemplate);
    }

    /** Good Go that is not interpreted here is kept: an Ollama engine can run it. */
    private static void checkTemplate(String template) {
        try {
            PromptTemplate.parse(template);
        } catch (UnsupportedDirective beyondUs) {
            return;
        } catch (TemplateException broken) {
            throw invalid("template error: " + broken.getMessage());
        }
    }

    /** Takes over the layers of the model that it is made from; no delete may run beside it. */
    void begin(ModelRef source) {
        Manifest manifest = manifest(folders.manifest(source));
        hold.add(manifest.blobs().toList());
        for (Manifest.Layer layer : manifest.layers()) {
            requireBlob(layer.blob());
            drafts.keep(layer.from(source.display()));
        }
        Path config = folders.blob(manifest.config().blob());
        if (Files.isRegularFile(config)) {
            base = ConfigBlob.parse(read(config));
        }
    }

    /** Takes in the files that it is made of; none is read beyond its head. */
    void begin(Consumer<Progress> step) {
        Map<String, FileKind> kinds = kinds(recipe.files());
        SortedMap<String, GgufFile> heads = heads(kinds);
        Set<String> split = SplitParts.among(heads);
        SplitParts parts = SplitParts.of(heads, recipe.files());
        kinds.forEach(
                (name, kind) -> {
                    if (!split.contains(name)) {
                        take(name, kind, recipe.files());
                    }
                });
        weights.add(parts);
        weights.check();
        kinds.keySet().forEach(_ -> step.accept(Progress.of("parsing GGUF")));
    }

    private SortedMap<String, GgufFile> heads(Map<String, FileKind> kinds) {
        SortedMap<String, GgufFile> heads = new TreeMap<>();
        kinds.forEach(
                (name, kind) -> {
                    if (kind == FileKind.MODEL) {
                        heads.put(name, FileKind.head(name, requireBlob(blob(name))));
                    }
                });
        return heads;
    }

    private BlobDigest blob(String name) {
        return Objects.requireNonNull(recipe.files().get(name), name);
    }

    /** Those that it has by now. */
    DraftWeights weights() {
        return weights;
    }

    void addAdapters(Consumer<Progress> step) {
        Map<String, FileKind> kinds = kinds(recipe.adapters());
        if (kinds.size() > 1) {
            throw invalid("only one adapter is currently supported");
        }
        kinds.forEach(
                (name, kind) -> {
                    if (kind != FileKind.ADAPTER) {
                        throw invalid(
                                "%s: a %s (expected: a LoRA adapter, general.type \"adapter\")"
                                        .formatted(name, kind.layer()));
                    }
                    step.accept(Progress.of("parsing GGUF"));
                    take(name, kind, recipe.adapters());
                });
    }

    private Map<String, FileKind> kinds(SortedMap<String, BlobDigest> files) {
        Map<String, FileKind> kinds = new LinkedHashMap<>();
        hold.add(files.values());
        files.forEach((name, digest) -> kinds.put(name, FileKind.of(name, requireBlob(digest))));
        return kinds;
    }

    private void take(String name, FileKind kind, SortedMap<String, BlobDigest> files) {
        BlobDigest digest = files.get(name);
        if (digest == null) {
            throw new IllegalStateException("file without a blob: " + name);
        }
        Manifest.Layer layer = drafts.file(kind.mediaType(), digest);
        drafts.keep(kind == FileKind.MODEL ? layer : layer.from(name));
    }

    /** Writes the small layers and the config; gives the manifest, which is not written. */
    Manifest finish(Consumer<Progress> step) {
        recipe.texts().template().ifPresent(text -> drafts.set("template", text.getBytes(UTF_8)));
        recipe.texts().system().ifPresent(text -> drafts.set("system", text.getBytes(UTF_8)));
        recipe.texts().licenses().forEach(text -> drafts.add("license", text.getBytes(UTF_8)));
        Map<String, @Nullable Object> parameters = parameters();
        if (!parameters.isEmpty()) {
            drafts.set("params", (GoJson.text(parameters) + "\n").getBytes(UTF_8));
        }
        recipe.messages().ifPresent(json -> drafts.set("messages", (json + "\n").getBytes(UTF_8)));
        Manifest.Layer config = drafts.config(ConfigBlob.of(weights.all(), base, recipe.config()));
        drafts.statuses().forEach(status -> step.accept(Progress.of(status)));
        return Manifest.of(config, drafts.layers());
    }

    private Map<String, @Nullable Object> parameters() {
        Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
        drafts.first("params")
                .map(layer -> read(folders.blob(layer.blob())))
                .ifPresent(
                        json -> {
                            try {
                                parameters.putAll(
                                        WireJson.mapper()
                                                .readValue(
                                                        json,
                                                        new TypeReference<
                                                                Map<String, Object>>() {}));
                            } catch (JacksonException broken) {
                                throw invalid("params layer: " + broken.getOriginalMessage());
                            }
                        });
        parameters.putAll(recipe.parameters());
        return parameters;
    }

    private Path requireBlob(BlobDigest digest) {
        Path file = folders.blob(digest);
        if (!Files.isRegularFile(file)) {
            throw invalid(
                    "blob %s not found (expected: sent before with POST /api/blobs/%s)"
                            .formatted(digest, digest));
        }
        return file;
    }

    private static Manifest manifest(Path file) {
        try {
            return Manifest.parse(read(file));
        } catch (JacksonException | NullPointerException broken) {
            throw invalid("manifest: " + broken.getMessage());
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException gone) {
            throw new UncheckedIOException("cannot read " + file + ": " + gone, gone);
        }
    }

    private static CaravanException invalid(String text) {
        return new CaravanException(FaultCode.INVALID_REQUEST, text);
    }
}
