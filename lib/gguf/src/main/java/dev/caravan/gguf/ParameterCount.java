package dev.caravan.gguf;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * How many numbers a model was trained to.
 *
 * @param value elements of all tensors
 */
public record ParameterCount(long value) {

    private static final long THOUSAND = 1_000;
    private static final long MILLION = 1_000_000;
    private static final long BILLION = 1_000_000_000;

    public ParameterCount {
        if (value < 0) {
            throw new IllegalArgumentException("parameters: " + value + " (expected: >= 0)");
        }
    }

    /**
     * As Ollama writes it in {@code parameter_size}: {@code 3.2B}, {@code 134.52M}, {@code 268K};
     * whole billions and millions without decimals.
     */
    @Override
    public String toString() {
        if (value >= BILLION) {
            return rounded(BILLION, value % BILLION == 0 ? 0 : 1) + "B";
        }
        if (value >= MILLION) {
            return rounded(MILLION, value % MILLION == 0 ? 0 : 2) + "M";
        }
        return value >= THOUSAND ? rounded(THOUSAND, 0) + "K" : Long.toString(value);
    }

    private String rounded(long unit, int decimals) {
        // Through a double, as the original does it, so that ties fall the same way.
        return new BigDecimal((double) value / unit)
                .setScale(decimals, RoundingMode.HALF_EVEN)
                .toPlainString();
    }
}
