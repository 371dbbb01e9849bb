package dev.caravan.worker.adapter.store;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import java.util.Locale;
import java.util.Set;

/** The types that Ollama quantizes to, and what it says of others. */
final class QuantizeType {

    private static final Set<String> KNOWN =
            Set.of("F32", "F16", "BF16", "Q8_0", "Q4_K_S", "Q4_K_M");

    private static final Set<String> WHOLE = Set.of("F32", "F16", "BF16");

    private QuantizeType() {}

    /** The type's name; in any case, and {@code Q4_K} is {@code Q4_K_M}. */
    static String of(String wished) {
        String type = wished.toUpperCase(Locale.ROOT);
        String name = type.equals("Q4_K") ? "Q4_K_M" : type;
        if (!KNOWN.contains(name)) {
            throw new CaravanException(
                    FaultCode.INTERNAL,
                    "unsupported quantization type %s - supported types are F32, F16, Q4_K_S, Q4_K_M, Q8_0"
                            .formatted(type));
        }
        return name;
    }

    /** Refuses weights that have lost too much already. */
    static void requireWhole(String quantization) {
        if (!WHOLE.contains(quantization)) {
            throw new CaravanException(
                    FaultCode.INTERNAL,
                    "quantization is only supported for F16, BF16 and F32 models");
        }
    }
}
