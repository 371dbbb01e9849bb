package dev.caravan.gateway.dialect.ollama;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** Times as Ollama shows them for models: RFC 3339 with the server's own offset. */
final class ModelTimes {

    /** Go's longest duration, which Ollama adds to now for a model that stays for ever. */
    private static final Duration EVER = Duration.ofNanos(Long.MAX_VALUE);

    private ModelTimes() {}

    static String text(Instant at) {
        return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                OffsetDateTime.ofInstant(at, ZoneId.systemDefault()));
    }

    /** {@code at}, brought within what clients can read. */
    static Instant readable(Instant at, Instant now) {
        Instant latest = now.plus(EVER);
        return at.isAfter(latest) ? latest : at;
    }
}
