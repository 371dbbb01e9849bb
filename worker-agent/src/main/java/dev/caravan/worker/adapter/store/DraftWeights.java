package dev.caravan.worker.adapter.store;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.worker.app.store.BlobDigest;
import java.util.List;

/**
 * The weights among the layers of a model that is being made. Where there are several, the last
 * count, as in Ollama; what came in parts is the last, and a layer of the first part stands for it
 * until the parts are joined.
 */
final class DraftWeights {

    private static final String KIND = FileKind.MODEL.layer();

    private final StoreFolders folders;
    private final WeightsCache cache;
    private final BlobHolds.Hold hold;
    private final Drafts drafts;
    private SplitParts parts = SplitParts.NONE;

    DraftWeights(StoreFolders folders, WeightsCache cache, BlobHolds.Hold hold, Drafts drafts) {
        this.folders = folders;
        this.cache = cache;
        this.hold = hold;
        this.drafts = drafts;
    }

    /** Takes parts that are to be joined; no weights may come after them. */
    void add(SplitParts came) {
        parts = came;
        came.files().values().stream()
                .limit(1)
                .forEach(first -> drafts.keep(drafts.file(FileKind.MODEL.mediaType(), first)));
    }

    /** As they are now, each once. */
    List<Manifest.Layer> layers() {
        return drafts.of(KIND).stream().distinct().toList();
    }

    /** The parts that the layer stands for; none where it is a whole file. */
    SplitParts parts(Manifest.Layer layer) {
        return !parts.isEmpty() && layer.equals(layers().getLast()) ? parts : SplitParts.NONE;
    }

    /** Refuses a model without weights. */
    void require() {
        if (layers().isEmpty()) {
            throw invalid("no weights (expected: a GGUF file of a model)");
        }
    }

    /** Refuses whole files that cannot be read. */
    void check() {
        layers().stream().filter(layer -> parts(layer).isEmpty()).forEach(this::read);
    }

    Weights read(Manifest.Layer layer) {
        return switch (cache.read(folders.blob(layer.blob()))) {
            case WeightsCache.Read(var weights) -> weights;
            case WeightsCache.Broken(var why) -> throw invalid(why);
        };
    }

    /** One for each layer; none may be in parts any more. */
    List<Weights> all() {
        return drafts.of(KIND).stream().map(this::read).toList();
    }

    /** Keeps a blob that is about to be written. */
    void hold(BlobDigest digest) {
        hold.add(List.of(digest));
    }

    void replace(Manifest.Layer old, BlobDigest digest, boolean created) {
        if (!parts(old).isEmpty()) {
            parts = SplitParts.NONE;
        }
        drafts.replace(old, drafts.file(old.mediaType(), digest), created);
    }

    private static CaravanException invalid(String text) {
        return new CaravanException(FaultCode.INVALID_REQUEST, text);
    }
}
