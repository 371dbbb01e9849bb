package dev.caravan.engine.release;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The body of a download on its way into a file: counted, bounded, its SHA-256 taken. */
final class FileSink implements HttpResponse.BodySubscriber<String>, AutoCloseable {

    private static final int STEPS = 10;
    private static final double MIB = 1024.0 * 1024;

    private final CompletableFuture<String> digest = new CompletableFuture<>();
    private final MessageDigest sha256 = sha256();
    private final FileChannel file;
    private final long mostBytes;
    private final Consumer<String> progress;
    private volatile long bytes;
    private volatile OptionalLong size = OptionalLong.empty();
    private long said;
    private Flow.@Nullable Subscription subscription;

    FileSink(Path target, long mostBytes, Consumer<String> progress) throws IOException {
        this.file =
                FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        this.mostBytes = mostBytes;
        this.progress = progress;
    }

    /** This sink, for a body of a size that the server told, if it did. */
    FileSink expecting(OptionalLong told) {
        size = told;
        return this;
    }

    long bytes() {
        return bytes;
    }

    /** A failure with how far the body had come. */
    String described(@Nullable Throwable failure) {
        String reason =
                failure == null || failure.getMessage() == null
                        ? String.valueOf(failure)
                        : failure.getMessage();
        if (bytes == 0) {
            return "%s (expected: an answer)".formatted(reason);
        }
        return size.isPresent()
                ? "cut off after %d of %d bytes: %s".formatted(bytes, size.getAsLong(), reason)
                : "cut off after %d bytes: %s".formatted(bytes, reason);
    }

    @Override
    public CompletionStage<String> getBody() {
        return digest;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        given.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> pieces) {
        Flow.Subscription given = subscription;
        if (given == null) {
            throw new IllegalStateException("a body without a subscription");
        }
        try {
            for (ByteBuffer piece : pieces) {
                take(piece);
            }
            given.request(1);
        } catch (IOException failed) {
            given.cancel();
            digest.completeExceptionally(failed);
        }
    }

    @Override
    public void onError(Throwable failure) {
        digest.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        digest.complete(HexFormat.of().formatHex(sha256.digest()));
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private void take(ByteBuffer piece) throws IOException {
        long next = bytes + piece.remaining();
        if (next > mostBytes) {
            throw new IOException("more than %d bytes".formatted(mostBytes));
        }
        sha256.update(piece.duplicate());
        while (piece.hasRemaining()) {
            file.write(piece);
        }
        bytes = next;
        if (size.isPresent() && size.getAsLong() > 0) {
            long step = bytes * STEPS / size.getAsLong();
            if (step > said) {
                said = step;
                progress.accept(
                        "downloaded %d %% of %.1f MiB"
                                .formatted(step * (100 / STEPS), size.getAsLong() / MIB));
            }
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
