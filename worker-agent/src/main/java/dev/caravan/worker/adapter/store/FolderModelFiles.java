package dev.caravan.worker.adapter.store;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.worker.app.store.BlobDigest;
import dev.caravan.worker.app.store.StoredModel;
import dev.caravan.worker.app.transfer.Blob;
import dev.caravan.worker.app.transfer.ModelFiles;
import dev.caravan.worker.app.transfer.OutgoingModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Reads what the folder has. */
final class FolderModelFiles implements ModelFiles {

    private final Shelf shelf;

    FolderModelFiles(Shelf shelf) {
        this.shelf = shelf;
    }

    @Override
    public Mono<byte[]> manifest(ModelDigest digest) {
        return Mono.justOrEmpty(shelf.store().find(digest))
                .map(StoredModel::name)
                .map(shelf.folders()::manifest)
                .flatMap(
                        file ->
                                Mono.fromCallable(() -> read(file))
                                        .subscribeOn(shelf.disk())
                                        .onErrorComplete(NoSuchFileException.class))
                .filter(bytes -> digest.hex().equals(hash(bytes)));
    }

    @Override
    public Mono<OutgoingModel> outgoing(ModelRef name) {
        return Mono.fromCallable(() -> outgoingNow(name))
                .subscribeOn(shelf.disk())
                .onErrorComplete(NoSuchFileException.class);
    }

    private @Nullable OutgoingModel outgoingNow(ModelRef wanted) throws IOException {
        Optional<StoredModel> model = shelf.store().find(wanted);
        if (model.isEmpty()) {
            return null;
        }
        byte[] bytes = Files.readAllBytes(shelf.folders().manifest(model.get().name()));
        Manifest manifest = Manifest.parse(bytes);
        return new OutgoingModel(
                bytes,
                Stream.concat(manifest.layers().stream(), Stream.of(manifest.config()))
                        .map(this::layer)
                        .toList());
    }

    private OutgoingModel.Layer layer(Manifest.Layer layer) {
        String from = layer.from();
        return new OutgoingModel.Layer(
                new Blob(layer.blob(), layer.size()),
                shelf.folders().blob(layer.blob()),
                from == null ? Optional.empty() : ModelRef.parse(from));
    }

    @Override
    public Mono<Path> blob(BlobDigest digest) {
        return Mono.fromCallable(() -> shelf.folders().blob(digest))
                .filter(Files::isRegularFile)
                .subscribeOn(shelf.disk());
    }

    private static byte[] read(Path file) throws IOException {
        return Files.readAllBytes(file);
    }

    private static String hash(byte[] bytes) {
        return HexFormat.of().formatHex(Upload.sha256().digest(bytes));
    }
}
