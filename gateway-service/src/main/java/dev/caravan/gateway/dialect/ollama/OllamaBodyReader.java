package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import java.time.Duration;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads a request body by Ollama's rules: the content type says nothing, only the first JSON value
 * counts, an empty body is "missing". What does not fit is an {@link FaultCode#INVALID_REQUEST}
 * with the text that Go's decoder would give.
 */
public final class OllamaBodyReader {

    /** Bytes of the largest body that is read: 64 MiB. */
    public static final int MAX_BYTES = 64 * 1024 * 1024;

    /** Go's decoder goes ten times as deep; a tree this deep still needs no deep stack here. */
    private static final int MAX_DEPTH = 1_000;

    private final int maxBytes;
    private final BodyBudget budget;
    private final JsonMapper mapper;

    /** One that reads bodies that are at hand. */
    public OllamaBodyReader() {
        this(MAX_BYTES, new BodyBudget(MAX_BYTES, Duration.ZERO, Schedulers.parallel()));
    }

    /**
     * @param maxBytes longer bodies are refused while they come in
     * @param budget of all bodies that are being read
     */
    public OllamaBodyReader(int maxBytes, BodyBudget budget) {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes: " + maxBytes + " (expected: >= 1)");
        }
        this.maxBytes = maxBytes;
        this.budget = budget;
        StreamReadConstraints constraints =
                StreamReadConstraints.builder()
                        .maxStringLength(maxBytes)
                        .maxNestingDepth(MAX_DEPTH)
                        .build();
        this.mapper =
                JsonMapper.builder(JsonFactory.builder().streamReadConstraints(constraints).build())
                        .build();
    }

    /** {@link #read(Flux, long, String)} of a body that may not say its length. */
    public Mono<GoObject> read(Flux<DataBuffer> body, String type) {
        return read(body, -1, type);
    }

    /**
     * The body as the Go struct {@code type}, which its error texts name: {@code
     * "GenerateRequest"}.
     *
     * @param length bytes that it says it has; negative: it does not say
     * @return one object, or an error; never empty
     */
    public Mono<GoObject> read(Flux<DataBuffer> body, long length, String type) {
        if (length > maxBytes) {
            return Mono.error(this::tooLong);
        }
        return Mono.usingWhen(
                budget.lease(length),
                lease -> read(body, lease, type),
                lease -> Mono.fromRunnable(lease::release));
    }

    private Mono<GoObject> read(Flux<DataBuffer> body, BodyBudget.Lease lease, String type) {
        return DataBufferUtils.join(
                        body.doOnNext(buffer -> lease.reads(buffer.readableByteCount())), maxBytes)
                .map(OllamaBodyReader::bytes)
                .defaultIfEmpty(new byte[0])
                .map(bytes -> parse(bytes, type))
                .onErrorMap(DataBufferLimitException.class, _ -> tooLong());
    }

    private CaravanException tooLong() {
        return invalid("request body too large (expected: at most %d bytes)".formatted(maxBytes));
    }

    /** {@link #read} for a body that is at hand. */
    public GoObject parse(byte[] body, String type) {
        try {
            int end = GoSyntax.end(body, MAX_DEPTH);
            if (end == 0) {
                throw invalid("missing request body");
            }
            JsonNode value = mapper.readTree(Utf8.repaired(body, end));
            if (value.isNull()) {
                return GoObject.empty(type);
            }
            if (!value.isObject()) {
                throw invalid(
                        "json: cannot unmarshal %s into Go value of type api.%s"
                                .formatted(GoObject.kind(value), type));
            }
            return GoObject.of(type, value);
        } catch (GoSyntax.Malformed malformed) {
            throw invalid(malformed.text());
        } catch (JacksonException unreadable) {
            throw invalid(unreadable.getOriginalMessage());
        }
    }

    private static byte[] bytes(DataBuffer buffer) {
        byte[] bytes = new byte[buffer.readableByteCount()];
        buffer.read(bytes);
        DataBufferUtils.release(buffer);
        return bytes;
    }

    private static CaravanException invalid(String text) {
        return new CaravanException(FaultCode.INVALID_REQUEST, text);
    }
}
