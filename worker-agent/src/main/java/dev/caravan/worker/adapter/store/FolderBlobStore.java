package dev.caravan.worker.adapter.store;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.worker.app.store.BlobDigest;
import dev.caravan.worker.app.store.BlobStore;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Blobs as files; every touch of the disk runs on the scheduler it is given. */
public final class FolderBlobStore implements BlobStore {

    /** Buffers of one upload that may wait for the disk; the network is asked for no more. */
    private static final int BUFFERS_AHEAD = 8;

    private final StoreFolders folders;
    private final Uploads uploads;
    private final Scheduler disk;

    FolderBlobStore(StoreFolders folders, Uploads uploads, Scheduler disk) {
        this.folders = folders;
        this.uploads = uploads;
        this.disk = disk;
    }

    @Override
    public Mono<Boolean> holds(BlobDigest digest) {
        return Mono.fromCallable(() -> isThere(digest)).subscribeOn(disk);
    }

    @Override
    public Mono<Boolean> put(BlobDigest digest, Flux<ByteBuffer> bytes) {
        return holds(digest)
                .flatMap(there -> there ? bytes.then(Mono.just(false)) : receive(digest, bytes));
    }

    private Mono<Boolean> receive(BlobDigest digest, Flux<ByteBuffer> bytes) {
        return Mono.usingWhen(
                Mono.fromSupplier(uploads::begin),
                upload ->
                        bytes.publishOn(disk, BUFFERS_AHEAD)
                                .doOnNext(upload::append)
                                .then(
                                        Mono.fromCallable(() -> commit(digest, upload))
                                                .subscribeOn(disk)),
                this::discard);
    }

    private boolean commit(BlobDigest digest, Upload upload) {
        BlobDigest got = new BlobDigest(upload.finish());
        if (!got.equals(digest)) {
            throw new CaravanException(
                    FaultCode.INVALID_REQUEST,
                    "digest mismatch, expected \"%s\", got \"%s\"".formatted(digest, got));
        }
        if (isThere(digest)) {
            return false;
        }
        upload.moveTo(folders.blob(digest));
        return true;
    }

    private boolean isThere(BlobDigest digest) {
        return Files.isRegularFile(folders.blob(digest));
    }

    private Mono<Void> discard(Upload upload) {
        return Mono.<Void>fromRunnable(upload::discard).subscribeOn(disk);
    }
}
