package dev.caravan.worker.app.store;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRunner;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The agent's own store and the models of an engine beside it, as one. A model that both have is
 * the own store's, unless llama.cpp cannot run it from there: its file is not one of llama.cpp, or
 * its prompts need what only the engine beside it can do. That one's then is the only one of the
 * name.
 */
public final class JoinedModels implements ModelStore, ModelViewer {

    private final ModelStore own;
    private final ModelViewer ownFiles;
    private final Optional<Beside> beside;

    /** What an engine beside the agent's own store has. */
    public record Beside(ModelStore models, ModelViewer files) {}

    public JoinedModels(ModelStore own, ModelViewer ownFiles, Optional<Beside> beside) {
        this.own = own;
        this.ownFiles = ownFiles;
        this.beside = beside;
    }

    @Override
    public List<StoredModel> list() {
        return beside.map(other -> join(own.list(), other.models().list())).orElseGet(own::list);
    }

    private static List<StoredModel> join(List<StoredModel> own, List<StoredModel> beside) {
        if (beside.isEmpty()) {
            return own;
        }
        Set<ModelDigest> elsewhere = digests(beside);
        Set<String> names =
                beside.stream().map(model -> model.name().key()).collect(Collectors.toSet());
        List<StoredModel> joined =
                new ArrayList<>(
                        own.stream()
                                .filter(
                                        model ->
                                                model.fault().isEmpty()
                                                        || !elsewhere.contains(model.digest())
                                                                && !names.contains(
                                                                        model.name().key()))
                                .toList());
        Set<ModelDigest> here = digests(joined);
        beside.stream().filter(model -> !here.contains(model.digest())).forEach(joined::add);
        joined.sort(Comparator.comparing(StoredModel::modifiedAt).reversed());
        return List.copyOf(joined);
    }

    private static Set<ModelDigest> digests(List<StoredModel> models) {
        Set<ModelDigest> digests = new HashSet<>();
        models.forEach(model -> digests.add(model.digest()));
        return digests;
    }

    @Override
    public Flux<List<StoredModel>> changes() {
        return beside.map(other -> Flux.merge(own.changes(), other.models().changes()))
                .orElseGet(own::changes)
                .map(_ -> list());
    }

    /** Of the agent's own store; what is beside it takes in nothing. */
    @Override
    public long freeBytes() {
        return own.freeBytes();
    }

    @Override
    public Mono<FileView> view(StoredModel model, boolean verbose) {
        return beside.filter(_ -> model.engine() != ModelRunner.LLAMA_CPP)
                .map(Beside::files)
                .orElse(ownFiles)
                .view(model, verbose);
    }
}
