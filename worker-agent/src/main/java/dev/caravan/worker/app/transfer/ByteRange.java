package dev.caravan.worker.app.transfer;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * Bytes of a blob that are asked for.
 *
 * @param to exclusive
 */
public record ByteRange(long from, long to) {

    private static final Pattern ANSWER = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+|\\*)");

    public ByteRange {
        if (from < 0 || to <= from) {
            throw new IllegalArgumentException(
                    "range: [%d, %d) (expected: 0 <= from < to)".formatted(from, to));
        }
    }

    /** As a request's {@code Range} has it. */
    public String header() {
        return "bytes=%d-%d".formatted(from, to - 1);
    }

    /**
     * Checks the {@code Content-Range} of an answer.
     *
     * @throws CaravanException {@code INVALID_REQUEST} where other bytes come than were asked for,
     *     or of a blob of another size
     */
    public void requireAnswer(@Nullable String contentRange, Blob blob) {
        Matcher answer = ANSWER.matcher(contentRange == null ? "" : contentRange);
        boolean same =
                answer.matches()
                        && Long.parseLong(answer.group(1)) == from
                        && Long.parseLong(answer.group(2)) < to
                        && (answer.group(3).equals("*")
                                || Long.parseLong(answer.group(3)) == blob.size());
        if (!same) {
            throw new CaravanException(
                    FaultCode.INVALID_REQUEST,
                    "%s: answered with \"%s\" (expected: bytes %d-%d/%d)"
                            .formatted(blob.digest(), contentRange, from, to - 1, blob.size()));
        }
    }

    /** These bytes of a blob that comes whole, since its source knows no ranges. */
    public Flux<ByteBuffer> cutFrom(Flux<ByteBuffer> whole) {
        return Flux.defer(
                () -> {
                    long[] position = {0};
                    return whole.<ByteBuffer>handle(
                            (bytes, sink) -> {
                                long start = position[0];
                                position[0] += bytes.remaining();
                                cut(bytes, start).ifPresent(sink::next);
                                if (position[0] >= to) {
                                    sink.complete();
                                }
                            });
                });
    }

    private Optional<ByteBuffer> cut(ByteBuffer bytes, long start) {
        long first = Math.max(0, from - start);
        long end = Math.min(bytes.remaining(), to - start);
        return first < end
                ? Optional.of(bytes.slice(bytes.position() + (int) first, (int) (end - first)))
                : Optional.empty();
    }
}
