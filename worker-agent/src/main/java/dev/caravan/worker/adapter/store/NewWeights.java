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
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Gives a model that is being made other weights, quantized or joined of parts, and takes them into
 * the store.
 */
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
     * @param wished type; empty: they keep theirs
     * @return nothing where the weights are one file that stays as it is
     */
    Flux<Progress> of(DraftWeights weights, Optional<String> wished) {
        return Flux.defer(() -> Flux.fromIterable(weights.layers()))
                .concatMap(
                        layer -> Flux.defer(() -> plan(weights, layer, wished)).subscribeOn(disk));
    }

    private Flux<Progress> plan(
            DraftWeights weights, Manifest.Layer layer, Optional<String> wished) {
        SplitParts parts = weights.parts(layer);
        String present =
                parts.isEmpty() && wished.isPresent()
                        ? weights.read(layer).quantization()
                        : parts.quantization();
        Optional<String> type = wished.map(QuantizeType::of);
        type.ifPresent(_ -> QuantizeType.requireWhole(present));
        Optional<String> other = type.filter(name -> !name.equals(present));
        if (parts.isEmpty()) {
            return other.map(
                            name ->
                                    written(
                                            weights,
                                            layer,
                                            target ->
                                                    quantized(
                                                            folders.blob(layer.blob()),
                                                            target,
                                                            new Work(present, name, layer.size()))))
                    .orElseGet(Flux::empty);
        }
        Work work = new Work(present, other.orElse(Work.COPY), size(parts));
        return written(
                weights,
                layer,
                target ->
                        Flux.usingWhen(
                                Mono.fromCallable(() -> PartLinks.make(parts, folders)),
                                links -> quantized(links.first(), target, work),
                                links -> Mono.fromRunnable(links::remove).subscribeOn(disk)));
    }

    /**
     * @param type that they are to have; COPY: the same, in one file
     * @param size bytes of what there is
     */
    private record Work(String present, String type, long size) {

        static final String COPY = "COPY";

        String status() {
            return type.equals(COPY)
                    ? "validating GGUF model"
                    : "quantizing %s model to %s".formatted(present, type);
        }
    }

    private Flux<Progress> written(
            DraftWeights weights, Manifest.Layer layer, Function<Path, Flux<Progress>> work) {
        return Flux.usingWhen(
                Mono.fromSupplier(this::target),
                target ->
                        Flux.concat(
                                work.apply(target.file()),
                                Mono.just(Progress.of("verifying conversion")),
                                Mono.<Progress>fromRunnable(
                                                () -> take(weights, layer, target.file()))
                                        .subscribeOn(disk)),
                target -> Mono.fromRunnable(target::discard).subscribeOn(disk));
    }

    private Flux<Progress> quantized(Path source, Path target, Work work) {
        return quantizer.quantize(source, target, work.type()).map(share -> told(work, share));
    }

    private static Progress told(Work work, double share) {
        return Progress.of(work.status(), NO_DIGEST, work.size(), (long) (share * work.size()));
    }

    private long size(SplitParts parts) {
        return parts.files().values().stream()
                .mapToLong(blob -> folders.blob(blob).toFile().length())
                .sum();
    }

    private Target target() {
        return Target.create(
                folders.blobs().resolve(StoreFolders.UPLOAD_PREFIX + UUID.randomUUID()));
    }

    private void take(DraftWeights weights, Manifest.Layer layer, Path file) {
        BlobDigest digest = digest(file);
        weights.hold(digest);
        Path place = folders.blob(digest);
        boolean created = !Files.isRegularFile(place);
        try {
            if (created) {
                Files.move(file, place, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot write " + place + ": " + failed, failed);
        }
        weights.replace(layer, digest, created);
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
