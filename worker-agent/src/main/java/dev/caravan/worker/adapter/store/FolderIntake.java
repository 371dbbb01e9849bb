package dev.caravan.worker.adapter.store;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.ModelRef;
import dev.caravan.worker.app.store.BlobDigest;
import dev.caravan.worker.app.transfer.Blob;
import dev.caravan.worker.app.transfer.Intake;
import java.math.BigInteger;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;

/** Begins arrivals; a manifest that no engine here can run is refused before a byte is fetched. */
final class FolderIntake implements Intake {

    /** The pieces of another engine's models, and Ollama's words where it lacks that engine. */
    private static final String TENSOR = "tensor";

    private static final BigInteger LARGEST = BigInteger.valueOf(Long.MAX_VALUE);

    private static final String NO_MLX =
            "this model requires MLX support, but the MLX runtime is not available";

    private final Shelf shelf;
    private final PartialFiles partials;

    FolderIntake(Shelf shelf, PartialFiles partials) {
        this.shelf = shelf;
        this.partials = partials;
    }

    @Override
    public Mono<Arrival> begin(ModelRef name, byte[] bytes) {
        return Mono.<Arrival>fromCallable(() -> beginNow(name, bytes)).subscribeOn(shelf.disk());
    }

    private Arrival beginNow(ModelRef name, byte[] bytes) {
        Manifest manifest = parse(bytes);
        List<Blob> blobs = blobs(manifest);
        BlobHolds.Hold hold = shelf.holds().hold(blobs.stream().map(Blob::digest).toList());
        try {
            Set<BlobDigest> missing =
                    blobs.stream()
                            .filter(
                                    blob ->
                                            !Files.isRegularFile(
                                                    shelf.folders().blob(blob.digest())))
                            .map(Blob::digest)
                            .collect(Collectors.toSet());
            requireRoom(name, blobs, missing);
            return new FolderArrival(name, bytes, manifest, blobs, missing, hold, shelf);
        } catch (RuntimeException refused) {
            hold.release();
            throw refused;
        }
    }

    private static Manifest parse(byte[] bytes) {
        try {
            Manifest manifest = Manifest.parse(bytes);
            if (manifest.layers().stream().anyMatch(layer -> layer.kind().equals(TENSOR))) {
                throw invalid(NO_MLX);
            }
            return manifest;
        } catch (JacksonException broken) {
            throw invalid("manifest: " + broken.getOriginalMessage());
        } catch (NullPointerException broken) {
            throw invalid("manifest: " + broken.getMessage());
        }
    }

    private static List<Blob> blobs(Manifest manifest) {
        Map<BlobDigest, Blob> blobs = new LinkedHashMap<>();
        try {
            Stream.concat(manifest.layers().stream(), Stream.of(manifest.config()))
                    .map(layer -> new Blob(layer.blob(), layer.size()))
                    .forEach(blob -> blobs.putIfAbsent(blob.digest(), blob));
        } catch (IllegalArgumentException broken) {
            throw invalid("manifest: " + broken.getMessage());
        }
        return List.copyOf(blobs.values());
    }

    private void requireRoom(ModelRef name, List<Blob> blobs, Set<BlobDigest> missing) {
        long free = shelf.store().measureFree();
        BigInteger needed =
                blobs.stream()
                        .filter(blob -> missing.contains(blob.digest()))
                        .map(blob -> BigInteger.valueOf(blob.size() - partials.completed(blob)))
                        .reduce(BigInteger.ZERO, BigInteger::add);
        if (needed.compareTo(BigInteger.valueOf(free)) > 0) {
            throw new CaravanException(
                    FaultCode.NO_CAPACITY,
                    "no room on the disk for %s: %s are to come, %s are free in %s"
                            .formatted(
                                    name.display(),
                                    new ByteSize(needed.min(LARGEST).longValueExact()),
                                    new ByteSize(free),
                                    shelf.folders().root()));
        }
    }

    private static CaravanException invalid(String text) {
        return new CaravanException(FaultCode.INVALID_REQUEST, text);
    }
}
