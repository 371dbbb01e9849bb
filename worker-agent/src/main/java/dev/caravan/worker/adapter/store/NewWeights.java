package dev.caravan.worker.adapter.store;

import dev.caravan.worker.app.store.BlobDigest;
import dev.caravan.worker.app.store.Progress;
import dev.caravan.worker.app.store.Quantizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.UUID;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Gives a model that is being made quantized weights, and takes them into the store. */
final class NewWeights {

    /** Ollama's, for bytes whose digest is not known yet. */
    private static final String NO_DIGEST = "0000000000000000000";

    private static final int BUFFER_BYTES = 1 << 20;

    private final StoreFolders folders;
    private final Quantizer quantizer;
    private final Scheduler disk;

    NewWeights(StoreFolders folders, Quantizer quantizer, Scheduler disk) {
        this.folders = folders;
        this.quantizer = quantizer;
        this.disk = disk;
    }

    /** A file that a program writes; locked, so that nobody takes it for one left by a crash. */
    private record Target(Path file, FileChannel lock) {
        static Target create(Path file) {
            try {
                FileChannel channel =
                        FileChannel.open(
                                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                channel.lock();
                return new Target(file, channel);
            } catch (IOException failed) {
                throw new UncheckedIOException("cannot write " + file + ": " + failed, failed);
            }
        }

        void discard() {
            try {
                lock.close();
                Files.deleteIfExists(file);
            } catch (IOException failed) {
                throw new UncheckedIOException("cannot remove " + file + ": " + failed, failed);
            }
        }
    }

    /**
     * @param wished type; nothing happens where the weights have it
     */
    Flux<Progress> quantized(Making making, String wished) {
        return Flux.defer(
                        () -> {
                            String type = QuantizeType.of(wished);
                            Manifest.Layer layer = making.weightsLayer();
                            Weights weights = making.weights(layer);
                            QuantizeType.requireWhole(weights);
                            return type.equals(weights.quantization())
                                    ? Flux.<Progress>empty()
                                    : Flux.usingWhen(
                                            Mono.fromSupplier(this::target),
                                            target -> run(making, layer, weights, type, target),
                                            target ->
                                                    Mono.fromRunnable(target::discard)
                                                            .subscribeOn(disk));
                        })
                .subscribeOn(disk);
    }

    private Target target() {
        return Target.create(
                folders.blobs().resolve(StoreFolders.UPLOAD_PREFIX + UUID.randomUUID()));
    }

    private Flux<Progress> run(
            Making making, Manifest.Layer layer, Weights weights, String type, Target target) {
        String status = "quantizing %s model to %s".formatted(weights.quantization(), type);
        Flux<Progress> progress =
                quantizer
                        .quantize(folders.blob(layer.blob()), target.file(), type)
                        .map(
                                share ->
                                        Progress.of(
                                                status,
                                                NO_DIGEST,
                                                layer.size(),
                                                (long) (share * layer.size())));
        Mono<Progress> taken =
                Mono.<Progress>fromRunnable(() -> take(making, target.file())).subscribeOn(disk);
        return Flux.concat(progress, Mono.just(Progress.of("verifying conversion")), taken);
    }

    private void take(Making making, Path file) {
        BlobDigest digest = digest(file);
        making.hold(digest);
        Path place = folders.blob(digest);
        boolean created = !Files.isRegularFile(place);
        try {
            if (created) {
                Files.move(file, place, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot write " + place + ": " + failed, failed);
        }
        making.replaceWeights(digest, created);
    }

    private static BlobDigest digest(Path file) {
        MessageDigest hash = Upload.sha256();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream bytes = Files.newInputStream(file);
                FileChannel written = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (int read = bytes.read(buffer); read >= 0; read = bytes.read(buffer)) {
                hash.update(buffer, 0, read);
            }
            written.force(true);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot read " + file + ": " + failed, failed);
        }
        return new BlobDigest(HexFormat.of().formatHex(hash.digest()));
    }
}
