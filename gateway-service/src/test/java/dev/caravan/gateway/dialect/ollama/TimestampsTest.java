package dev.caravan.gateway.dialect.ollama;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimestampsTest {

    @ParameterizedTest
    @CsvSource({
        "2026-11-21T08:00:07.123456789Z, 2026-11-21T08:00:07.123456Z",
        "2026-11-21T08:00:07.120Z, 2026-11-21T08:00:07.12Z",
        "2026-11-21T08:00:07.000040Z, 2026-11-21T08:00:07.00004Z",
        "2026-11-21T08:00:07.500Z, 2026-11-21T08:00:07.5Z",
        "2026-11-21T08:00:07Z, 2026-11-21T08:00:07Z"
    })
    void endWithTheLastDigitThatSaysSomething(Instant now, String text) {
        ByteBuf line = Unpooled.buffer();

        new Timestamps(InstantSource.fixed(now)).write(line);

        assertThat(line.toString(US_ASCII)).isEqualTo(text);
        line.release();
    }
}
