package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.run.GoDuration;
import dev.caravan.core.run.KeepAlive;
import java.math.BigDecimal;
import java.time.Duration;
import tools.jackson.databind.JsonNode;

/**
 * {@code keep_alive}: a number is seconds, a text is a Go duration, anything negative is for ever.
 */
public final class KeepAliveReader {

    private static final BigDecimal NANOS_PER_SECOND = BigDecimal.valueOf(1_000_000_000L);
    private static final BigDecimal LONGEST = BigDecimal.valueOf(Long.MAX_VALUE);

    private KeepAliveReader() {}

    static KeepAlive read(GoObject request) {
        return request.value("keep_alive")
                .map(KeepAliveReader::read)
                .orElseGet(KeepAlive.Unset::new);
    }

    /** Of a setting: a plain whole number is seconds there, too; blank is unset. */
    public static KeepAlive parse(String setting) {
        if (setting.isBlank()) {
            return new KeepAlive.Unset();
        }
        String text = setting.strip();
        return text.matches("-?\\d+")
                ? of(new BigDecimal(text).multiply(NANOS_PER_SECOND))
                : of(GoDuration.nanos(text));
    }

    private static KeepAlive read(JsonNode value) {
        return switch (value.getNodeType()) {
            case NUMBER -> of(Numbers.finite(value).decimalValue().multiply(NANOS_PER_SECOND));
            case STRING -> of(GoDuration.nanos(value.stringValue()));
            case BOOLEAN -> throw unsupported("bool");
            case ARRAY -> throw unsupported("[]interface {}");
            case OBJECT, POJO -> throw unsupported("map[string]interface {}");
            case BINARY, MISSING, NULL -> new KeepAlive.Unset();
        };
    }

    private static KeepAlive of(BigDecimal nanos) {
        if (nanos.signum() < 0 || nanos.compareTo(LONGEST) >= 0) {
            return new KeepAlive.Forever();
        }
        return new KeepAlive.For(Duration.ofNanos(nanos.longValue()));
    }

    private static CaravanException unsupported(String goType) {
        return new CaravanException(
                FaultCode.INVALID_REQUEST, "Unsupported type: '%s'".formatted(goType));
    }
}
