package dev.caravan.worker.adapter.store;

import dev.caravan.worker.app.store.BlobDigest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** The layers of a model that is being made, in their order, and what is to be said of each. */
final class Drafts {

    /** A layer, and Ollama's words for where it comes from. */
    record Draft(Manifest.Layer layer, String status) {}

    private final StoreFolders folders;
    private final Uploads uploads;
    private final BlobHolds.Hold hold;
    private final List<Draft> drafts = new ArrayList<>();

    /**
     * @param hold keeps the blobs that it writes
     */
    Drafts(StoreFolders folders, Uploads uploads, BlobHolds.Hold hold) {
        this.folders = folders;
        this.uploads = uploads;
        this.hold = hold;
    }

    /** Takes a layer whose blob is there, and is held. */
    void keep(Manifest.Layer layer) {
        drafts.add(new Draft(layer, "using existing layer " + layer.digest()));
    }

    /** A layer of a file that is there. */
    Manifest.Layer file(String mediaType, BlobDigest digest) {
        Path file = folders.blob(digest);
        try {
            return Manifest.Layer.of(mediaType, digest, Files.size(file));
        } catch (IOException gone) {
            throw new UncheckedIOException("cannot read " + file + ": " + gone, gone);
        }
    }

    /** Puts another blob in the place of a layer's. */
    void replace(Manifest.Layer old, Manifest.Layer changed, boolean created) {
        drafts.replaceAll(
                draft ->
                        draft.layer().equals(old)
                                ? new Draft(changed, status(changed, created))
                                : draft);
    }

    /** Writes a layer of a few bytes. */
    void add(String kind, byte[] bytes) {
        BlobDigest digest = digest(bytes);
        boolean created = write(digest, bytes);
        Manifest.Layer layer = Manifest.Layer.of(Manifest.LAYER_TYPE + kind, digest, bytes.length);
        drafts.add(new Draft(layer, status(layer, created)));
    }

    /** Writes a layer that takes the place of those of its kind. */
    void set(String kind, byte[] bytes) {
        drafts.removeIf(draft -> draft.layer().kind().equals(kind));
        add(kind, bytes);
    }

    Manifest.Layer config(ConfigBlob config) {
        byte[] bytes = config.bytes();
        BlobDigest digest = digest(bytes);
        write(digest, bytes);
        return Manifest.Layer.of(Manifest.CONFIG_TYPE, digest, bytes.length);
    }

    Optional<Manifest.Layer> first(String kind) {
        return of(kind).stream().findFirst();
    }

    List<Manifest.Layer> of(String kind) {
        return layers().stream().filter(layer -> layer.kind().equals(kind)).toList();
    }

    List<Manifest.Layer> layers() {
        return drafts.stream().map(Draft::layer).toList();
    }

    List<String> statuses() {
        return drafts.stream().map(Draft::status).toList();
    }

    private boolean write(BlobDigest digest, byte[] bytes) {
        hold.add(List.of(digest));
        Path file = folders.blob(digest);
        if (Files.isRegularFile(file)) {
            return false;
        }
        uploads.write(file, bytes);
        return true;
    }

    private static String status(Manifest.Layer layer, boolean created) {
        return (created ? "creating new layer " : "using existing layer ") + layer.digest();
    }

    private static BlobDigest digest(byte[] bytes) {
        return new BlobDigest(HexFormat.of().formatHex(Upload.sha256().digest(bytes)));
    }
}
