package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.model.Continuation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * How a host's engines attend and keep what they attended to. Below what a model's own kind of
 * continuation asks for, so an exact answer stays exact on each host.
 *
 * @param flashAttention auto, on or off
 * @param kvCacheType such as f16 or q8_0; empty: the engine's own
 */
public record ComputeOptions(String flashAttention, String kvCacheType) {

    private static final Set<String> FLASH = Set.of("auto", "on", "off");
    private static final Set<String> PLAIN = Set.of("", "f32", "f16", "bf16");
    private static final Set<String> TYPES =
            Set.of("q8_0", "q4_0", "q4_1", "iq4_nl", "q5_0", "q5_1");

    /** As the engine does by itself. */
    public static final ComputeOptions NONE = new ComputeOptions("auto", "");

    public ComputeOptions {
        if (!FLASH.contains(flashAttention)) {
            throw new IllegalArgumentException(
                    "engine.flash-attention: \"%s\" (expected: auto, on or off)"
                            .formatted(flashAttention));
        }
        if (!PLAIN.contains(kvCacheType) && !TYPES.contains(kvCacheType)) {
            throw new IllegalArgumentException(
                    "engine.kv-cache-type: \"%s\" (expected: f32, f16, bf16, q8_0, q4_0, q4_1, iq4_nl, q5_0 or q5_1)"
                            .formatted(kvCacheType));
        }
        if (flashAttention.equals("off") && !PLAIN.contains(kvCacheType)) {
            throw new IllegalArgumentException(
                    "engine.kv-cache-type: %s with flash attention off (expected: f32, f16 or bf16; others need it)"
                            .formatted(kvCacheType));
        }
    }

    List<String> switches(Continuation continuation) {
        boolean exact = continuation == Continuation.EXACT;
        List<String> switches = new ArrayList<>();
        if (!exact && !flashAttention.equals("auto")) {
            switches.addAll(List.of("-fa", flashAttention));
        }
        if (!kvCacheType.isEmpty() && (PLAIN.contains(kvCacheType) || !exact)) {
            switches.addAll(List.of("-ctk", kvCacheType, "-ctv", kvCacheType));
        }
        return switches;
    }
}
