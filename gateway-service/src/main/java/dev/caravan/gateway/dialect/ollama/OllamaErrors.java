package dev.caravan.gateway.dialect.ollama;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.core.fault.FaultCode;
import tools.jackson.core.io.JsonStringEncoder;

/** Ollama's form of an error: a status, and {@code {"error":"…"}} without a newline. */
public final class OllamaErrors {

    /** Seconds after which a caller that was told 503 may ask again. */
    public static final int RETRY_AFTER_SECONDS = 1;

    private OllamaErrors() {}

    /** The HTTP status of a code; routes that differ from it (contract 0.5) say so themselves. */
    public static int status(FaultCode code) {
        return switch (code) {
            case INVALID_REQUEST -> 400;
            case FORBIDDEN -> 403;
            case MODEL_NOT_FOUND -> 404;
            case LOAD_FAILED, INTERNAL -> 500;
            case UPSTREAM_FAILED -> 502;
            case QUEUE_FULL, NO_CAPACITY, BUSY -> 503;
            case UPSTREAM_TIMEOUT -> 504;
        };
    }

    public static byte[] body(String text) {
        StringBuilder json = new StringBuilder(text.length() + 16).append("{\"error\":\"");
        json.append(JsonStringEncoder.getInstance().quoteAsCharArray(text));
        return json.append("\"}").toString().getBytes(UTF_8);
    }
}
