package dev.caravan.worker.adapter.store;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.worker.app.store.BlobDigest;
import dev.caravan.worker.app.transfer.Blob;
import dev.caravan.worker.app.transfer.Intake.Arrival;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import reactor.core.publisher.Mono;

/** One model on its way into the folder. */
final class FolderArrival implements Arrival {

    private static final Set<String> GGUF = Set.of("model", "projector", "adapter", "draft");

    private final ModelRef name;
    private final byte[] bytes;
    private final Manifest manifest;
    private final List<Blob> blobs;
    private final Set<BlobDigest> missing;
    private final BlobHolds.Hold hold;
    private final Shelf shelf;

    FolderArrival(
            ModelRef name,
            byte[] bytes,
            Manifest manifest,
            List<Blob> blobs,
            Set<BlobDigest> missing,
            BlobHolds.Hold hold,
            Shelf shelf) {
        this.name = name;
        this.bytes = bytes.clone();
        this.manifest = manifest;
        this.blobs = List.copyOf(blobs);
        this.missing = Set.copyOf(missing);
        this.hold = hold;
        this.shelf = shelf;
    }

    @Override
    public ModelDigest digest() {
        return new ModelDigest(HexFormat.of().formatHex(Upload.sha256().digest(bytes)));
    }

    @Override
    public List<Blob> blobs() {
        return blobs;
    }

    @Override
    public boolean isMissing(Blob blob) {
        return missing.contains(blob.digest());
    }

    @Override
    public Mono<Void> check() {
        return Mono.<Void>fromRunnable(this::checkNow).subscribeOn(shelf.disk());
    }

    @Override
    public Mono<Boolean> publish() {
        return Mono.fromCallable(this::publishNow).subscribeOn(shelf.disk());
    }

    @Override
    public Mono<Void> release() {
        return Mono.fromRunnable(hold::release);
    }

    private void checkNow() {
        Optional<String> fault =
                manifest.layers().stream()
                        .filter(layer -> GGUF.contains(layer.kind()))
                        .flatMap(
                                layer ->
                                        WeightsReader.fault(shelf.folders().blob(layer.blob()))
                                                .stream())
                        .findFirst();
        if (fault.isPresent()) {
            hold.release();
            shelf.unused().remove(missing);
            throw new CaravanException(FaultCode.INVALID_REQUEST, fault.get());
        }
    }

    private boolean publishNow() {
        synchronized (shelf.store()) {
            Path file = shelf.folders().manifest(name);
            List<BlobDigest> before = UnusedBlobs.namedBy(file);
            shelf.uploads().write(file, bytes);
            boolean removed = shelf.unused().removeReplaced(before);
            shelf.store().scan();
            return removed;
        }
    }
}
