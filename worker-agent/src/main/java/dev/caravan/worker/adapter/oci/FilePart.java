package dev.caravan.worker.adapter.oci;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.function.LongConsumer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * A run of a file's bytes on its way out, read as it is asked for and off the event loops.
 *
 * @param end exclusive
 */
record FilePart(Path file, long offset, long end) {

    private static final int PIECE = 64 << 10;

    long length() {
        return end - offset;
    }

    /**
     * @param sent is told the bytes of each piece
     */
    Flux<ByteBuf> bytes(LongConsumer sent) {
        return Flux.<ByteBuffer, FileChannel>using(
                        () -> FileChannel.open(file, StandardOpenOption.READ),
                        this::pieces,
                        FilePart::close)
                .subscribeOn(Schedulers.boundedElastic())
                .doOnNext(piece -> sent.accept(piece.remaining()))
                .map(Unpooled::wrappedBuffer);
    }

    /** MD5 of the part, by which registries name the parts of a blob. */
    Mono<byte[]> md5() {
        return Flux.<ByteBuffer, FileChannel>using(
                        () -> FileChannel.open(file, StandardOpenOption.READ),
                        this::pieces,
                        FilePart::close)
                .subscribeOn(Schedulers.boundedElastic())
                .collect(FilePart::newMd5, MessageDigest::update)
                .map(MessageDigest::digest);
    }

    private Flux<ByteBuffer> pieces(FileChannel channel) {
        return Flux.generate(
                () -> offset,
                (position, sink) -> {
                    ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE, end - position));
                    try {
                        int read = piece.hasRemaining() ? channel.read(piece, position) : -1;
                        if (read < 0) {
                            sink.complete();
                            return position;
                        }
                        sink.next(piece.flip());
                        return position + read;
                    } catch (IOException failed) {
                        throw new UncheckedIOException("cannot read " + file, failed);
                    }
                });
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    static MessageDigest newMd5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has MD5", impossible);
        }
    }
}
