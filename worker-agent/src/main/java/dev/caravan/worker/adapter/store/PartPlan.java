package dev.caravan.worker.adapter.store;

import dev.caravan.worker.app.transfer.PartialBlobs.Part;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a blob into parts as Ollama does: a sixteenth each, within bounds.
 *
 * @param least bytes of a part, but for the last
 * @param most bytes of a part
 */
public record PartPlan(long least, long most) {

    public static final PartPlan OLLAMA = new PartPlan(100_000_000, 1_000_000_000);

    private static final int PARTS = 16;

    public PartPlan {
        if (least < 1 || most < least) {
            throw new IllegalArgumentException(
                    "part size: %d to %d bytes (expected: 1 <= least <= most)"
                            .formatted(least, most));
        }
    }

    List<Part> parts(long size) {
        long each = Math.clamp(size / PARTS, least, most);
        List<Part> parts = new ArrayList<>();
        for (long offset = 0; offset < size; offset += each) {
            parts.add(new Part(parts.size(), offset, Math.min(each, size - offset)));
        }
        return parts;
    }
}
