package dev.caravan.cli.model;

import dev.caravan.gguf.GgmlType;
import dev.caravan.gguf.fixture.WeightType;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How the weights of a fixture are stored. */
public enum FixtureType {
    F32(WeightType.F32, Set.of(GgmlType.F32)),
    F16(WeightType.F16, Set.of(GgmlType.F16)),
    Q8_0(WeightType.F16, Set.of(GgmlType.Q8_0)),
    Q4_K_M(WeightType.F16, Set.of(GgmlType.Q4_K, GgmlType.Q5_K, GgmlType.Q6_K));

    private final WeightType written;
    private final Set<GgmlType> matrices;

    FixtureType(WeightType written, Set<GgmlType> matrices) {
        this.written = written;
        this.matrices = matrices;
    }

    /** The type of that name, in any case. */
    public static Optional<FixtureType> of(String name) {
        return List.of(values()).stream()
                .filter(type -> type.name().equalsIgnoreCase(name))
                .findFirst();
    }

    /** What our own writer makes; the quantizer takes it from there. */
    WeightType written() {
        return written;
    }

    /** What the matrices of a file of this type may be; anything else is a silent fall-back. */
    Set<GgmlType> matrices() {
        return matrices;
    }

    boolean quantized() {
        return this == Q8_0 || this == Q4_K_M;
    }

    boolean kQuant() {
        return this == Q4_K_M;
    }
}
