package dev.caravan.core.placement;

/**
 * A run of a model's layers held by one process; {@code end} is exclusive. The output counts as the
 * layer behind the last, so the spans of a whole model tile 0 to layers + 1.
 */
public record LayerSpan(int start, int end) {

    public LayerSpan {
        if (start < 0 || end <= start) {
            throw new IllegalArgumentException(
                    "span: [%d, %d) (expected: 0 <= start < end)".formatted(start, end));
        }
    }

    public int length() {
        return end - start;
    }

    public boolean touches(LayerSpan next) {
        return end == next.start;
    }

    /**
     * Index of the last repeating layer in it, inclusive; below {@code start} where only output.
     */
    public int lastLayer(int layers) {
        return Math.min(end, layers) - 1;
    }

    public boolean hasOutput(int layers) {
        return end > layers;
    }
}
