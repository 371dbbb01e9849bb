package dev.caravan.gateway.dialect.ollama;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Writes times as {@code 2026-11-21T08:00:00.12345Z}. The part down to the second is kept for each
 * thread, since formatting it anew for each token costs more than the rest of the line.
 */
final class Timestamps {

    private static final int SECONDS_LENGTH = "2026-11-21T08:00:00".length();

    private record Second(long epochSecond, byte[] text) {}

    private final InstantSource clock;
    private final FastThreadLocal<Second> latest =
            new FastThreadLocal<>() {
                @Override
                protected Second initialValue() {
                    return second(0);
                }
            };

    Timestamps(InstantSource clock) {
        this.clock = clock;
    }

    void write(ByteBuf line) {
        Instant now = clock.instant();
        Second second = latest.get();
        if (second.epochSecond() != now.getEpochSecond()) {
            second = second(now.getEpochSecond());
            latest.set(second);
        }
        line.writeBytes(second.text());
        writeFraction(line, now.getNano() / 1_000);
        line.writeByte('Z');
    }

    /** Without the noughts at its end, as Go writes it; nothing at all on the full second. */
    private static void writeFraction(ByteBuf line, int micros) {
        int rest = micros;
        if (rest > 0) {
            line.writeByte('.');
        }
        for (int digit = 100_000; rest > 0; digit /= 10) {
            line.writeByte('0' + rest / digit);
            rest %= digit;
        }
    }

    private static Second second(long epochSecond) {
        String text = Instant.ofEpochSecond(epochSecond).toString();
        return new Second(epochSecond, text.substring(0, SECONDS_LENGTH).getBytes(US_ASCII));
    }
}
