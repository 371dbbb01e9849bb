package dev.caravan.engine.release;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Fetches one file of bounded size, and gives up on a server that sends nothing for a while.
 *
 * @param mostBytes the largest file that is taken
 * @param patience longest time without a byte
 * @param limit longest time in all
 */
record Download(long mostBytes, Duration patience, Duration limit) {

    private static final int OK = 200;
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(10);

    /**
     * Fetches {@code address} into a new file.
     *
     * @return its SHA-256
     * @throws IOException naming the address and what came instead
     */
    String fetch(URI address, Path target, Consumer<String> progress) throws IOException {
        HttpClient http =
                HttpClient.newBuilder()
                        .followRedirects(HttpClient.Redirect.NORMAL)
                        .connectTimeout(CONNECT_WITHIN)
                        .build();
        try (FileSink sink = new FileSink(target, mostBytes, progress)) {
            HttpResponse<String> answer = await(address, sink, http);
            if (answer.statusCode() != OK) {
                throw new IOException(
                        "%s: HTTP %d (expected: 200 and the archive)"
                                .formatted(address, answer.statusCode()));
            }
            return answer.body();
        } finally {
            http.shutdownNow();
        }
    }

    private HttpResponse<String> await(URI address, FileSink sink, HttpClient http)
            throws IOException {
        CompletableFuture<HttpResponse<String>> answer =
                http.sendAsync(
                        HttpRequest.newBuilder(address).build(),
                        head ->
                                head.statusCode() == OK
                                        ? sink.expecting(
                                                head.headers().firstValueAsLong("content-length"))
                                        : HttpResponse.BodySubscribers.replacing(""));
        long deadline = System.nanoTime() + limit.toNanos();
        long seen = -1;
        try {
            while (true) {
                try {
                    return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
                } catch (TimeoutException stillRunning) {
                    if (sink.bytes() == seen || System.nanoTime() > deadline) {
                        throw new IOException(
                                "%s: stalled after %d bytes (expected: one in %d s, all in %d min)"
                                        .formatted(
                                                address,
                                                sink.bytes(),
                                                patience.toSeconds(),
                                                limit.toMinutes()),
                                stillRunning);
                    }
                    seen = sink.bytes();
                }
            }
        } catch (ExecutionException failed) {
            throw new IOException(
                    "%s: %s".formatted(address, sink.described(failed.getCause())), failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException(address + ": interrupted", interrupted);
        } finally {
            answer.cancel(true);
        }
    }
}
