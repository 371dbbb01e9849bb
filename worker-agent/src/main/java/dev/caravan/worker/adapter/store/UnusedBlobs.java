package dev.caravan.worker.adapter.store;

import dev.caravan.worker.app.store.BlobDigest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Removes blobs that no manifest names and nobody holds. */
final class UnusedBlobs {

    private final StoreFolders folders;
    private final BlobHolds holds;
    private final boolean prune;

    /**
     * @param prune whether what a replaced model leaves goes with it
     */
    UnusedBlobs(StoreFolders folders, BlobHolds holds, boolean prune) {
        this.folders = folders;
        this.holds = holds;
        this.prune = prune;
    }

    /**
     * {@link #remove} of what a model named that another one took the name of; nothing where such
     * blobs are to stay. As in Ollama, what is deleted by name goes all the same.
     */
    boolean removeReplaced(Collection<BlobDigest> candidates) {
        return prune && remove(candidates);
    }

    /**
     * Removes those of {@code candidates} that are not used. Where a manifest cannot be read nobody
     * knows what it names, and nothing is removed.
     *
     * @return whether any was removed
     */
    boolean remove(Collection<BlobDigest> candidates) {
        Optional<Set<BlobDigest>> used = used();
        if (used.isEmpty()) {
            return false;
        }
        Set<BlobDigest> unused = new LinkedHashSet<>(candidates);
        unused.removeAll(used.get());
        boolean[] removed = {false};
        unused.forEach(digest -> holds.unlessHeld(digest, () -> removed[0] |= removeFile(digest)));
        return removed[0];
    }

    private boolean removeFile(BlobDigest digest) {
        try {
            return Files.deleteIfExists(folders.blob(digest));
        } catch (IOException failed) {
            throw new UncheckedIOException(
                    "cannot remove " + folders.blob(digest) + ": " + failed, failed);
        }
    }

    private Optional<Set<BlobDigest>> used() {
        Set<BlobDigest> used = new HashSet<>();
        for (ManifestTree.Entry entry : ManifestTree.scan(folders.manifests())) {
            try {
                Manifest.parse(Files.readAllBytes(entry.file())).blobs().forEach(used::add);
            } catch (IOException | RuntimeException unreadable) {
                return Optional.empty();
            }
        }
        return Optional.of(used);
    }

    /** What a manifest names; nothing where it is not there or cannot be read. */
    static List<BlobDigest> namedBy(Path manifest) {
        try {
            return Manifest.parse(Files.readAllBytes(manifest)).blobs().toList();
        } catch (IOException | RuntimeException unreadable) {
            return List.of();
        }
    }
}
