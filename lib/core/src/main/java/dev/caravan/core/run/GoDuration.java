package dev.caravan.core.run;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import java.math.BigDecimal;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Go writes them: {@code 1h30m}, {@code -1.5s}, {@code 300ms}, {@code 0}. */
public final class GoDuration {

    private static final Pattern PART = Pattern.compile("(\\d+\\.?\\d*|\\.\\d+)([^\\d.]*)");

    private static final Map<String, Long> NANOS =
            Map.of(
                    "ns", 1L,
                    "us", 1_000L,
                    "µs", 1_000L,
                    "μs", 1_000L,
                    "ms", 1_000_000L,
                    "s", 1_000_000_000L,
                    "m", 60_000_000_000L,
                    "h", 3_600_000_000_000L);

    /** Some 292 years. */
    private static final BigDecimal LONGEST = BigDecimal.valueOf(Long.MAX_VALUE);

    private GoDuration() {}

    /**
     * Nanoseconds, with the sign.
     *
     * @throws CaravanException with Go's text where it is not a duration
     */
    public static BigDecimal nanos(String text) {
        boolean negative = text.startsWith("-");
        String rest = negative || text.startsWith("+") ? text.substring(1) : text;
        if (rest.equals("0")) {
            return BigDecimal.ZERO;
        }
        if (rest.isEmpty()) {
            throw invalid(text);
        }
        BigDecimal sum = BigDecimal.ZERO;
        Matcher part = PART.matcher(rest);
        int at = 0;
        while (at < rest.length()) {
            if (!part.find(at) || part.start() != at) {
                throw invalid(text);
            }
            sum = sum.add(new BigDecimal(part.group(1)).multiply(unit(part.group(2), text)));
            at = part.end();
        }
        if (sum.compareTo(LONGEST) > 0) {
            throw invalid(text);
        }
        return negative ? sum.negate() : sum;
    }

    private static BigDecimal unit(String unit, String text) {
        if (unit.isEmpty()) {
            throw fault("time: missing unit in duration \"%s\"".formatted(text));
        }
        Long nanos = NANOS.get(unit);
        if (nanos == null) {
            throw fault("time: unknown unit \"%s\" in duration \"%s\"".formatted(unit, text));
        }
        return BigDecimal.valueOf(nanos);
    }

    private static CaravanException invalid(String text) {
        return fault("time: invalid duration \"%s\"".formatted(text));
    }

    private static CaravanException fault(String text) {
        return new CaravanException(FaultCode.INVALID_REQUEST, text);
    }
}
