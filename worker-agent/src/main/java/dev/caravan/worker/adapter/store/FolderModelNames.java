package dev.caravan.worker.adapter.store;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import dev.caravan.worker.app.store.BlobDigest;
import dev.caravan.worker.app.store.ModelNames;
import dev.caravan.worker.app.store.StoredModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import reactor.core.publisher.Mono;

/** Names are manifest files; one change at a time. */
final class FolderModelNames implements ModelNames {

    private final Shelf shelf;

    FolderModelNames(Shelf shelf) {
        this.shelf = shelf;
    }

    @Override
    public Mono<Void> remove(ModelRef name) {
        return Mono.<Void>fromRunnable(() -> removeNow(name)).subscribeOn(shelf.disk());
    }

    @Override
    public Mono<Void> copy(ModelRef source, ModelRef destination) {
        return Mono.<Void>fromRunnable(() -> copyNow(source, destination))
                .subscribeOn(shelf.disk());
    }

    private void removeNow(ModelRef wanted) {
        synchronized (shelf.store()) {
            if (Files.notExists(shelf.folders().manifest(wanted))) {
                // another program on the same folder knows nothing of policies
                delete(shelf.folders().policy(wanted));
            }
            ModelRef name = find(wanted).name();
            Path manifest = shelf.folders().manifest(name);
            List<BlobDigest> blobs = UnusedBlobs.namedBy(manifest);
            delete(manifest);
            delete(shelf.folders().policy(name));
            shelf.unused().remove(blobs);
            shelf.store().scan();
        }
    }

    private void copyNow(ModelRef wanted, ModelRef destination) {
        synchronized (shelf.store()) {
            StoredModel source = find(wanted);
            ModelRef name =
                    shelf.store().find(destination).map(StoredModel::name).orElse(destination);
            if (name.equals(source.name())) {
                return;
            }
            Path manifest = shelf.folders().manifest(name);
            List<BlobDigest> lost = UnusedBlobs.namedBy(manifest);
            shelf.policies().write(name, source.policy());
            shelf.uploads().write(manifest, read(shelf.folders().manifest(source.name())));
            shelf.unused().removeReplaced(lost);
            shelf.store().scan();
        }
    }

    private StoredModel find(ModelRef name) {
        shelf.store().scan();
        return shelf.store()
                .find(name)
                .orElseThrow(
                        () ->
                                new CaravanException(
                                        FaultCode.MODEL_NOT_FOUND,
                                        "model '%s' not found".formatted(name.display())));
    }

    private static byte[] read(Path manifest) {
        try {
            return Files.readAllBytes(manifest);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot read " + manifest + ": " + failed, failed);
        }
    }

    /** Removes the file, and the folders of its name where nothing else is in them. */
    private void delete(Path file) {
        try {
            Files.deleteIfExists(file);
            Path folder = file.getParent();
            for (int level = 0; level < 3 && folder != null; level++) {
                Files.deleteIfExists(folder);
                folder = folder.getParent();
            }
        } catch (DirectoryNotEmptyException others) {
            // other names live there
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot remove " + file + ": " + failed, failed);
        }
    }
}
