package dev.caravan.core.placement;

import dev.caravan.core.model.ByteSize;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Divides layers, in their order, over processes, in theirs.
 *
 * <p>Each process gets at least one layer and no more bytes than it has room for. Of all such
 * divisions the one with the least
 *
 * <pre>  sum over processes of load^2 / room  </pre>
 *
 * is taken. For a fixed sum of loads that is least where {@code load} is in proportion to {@code
 * room}, so equal processes get equal shares and none is filled to the brim while another has room
 * to spare; rounding to whole layers is part of the search. Filling one after the other was not
 * taken, since the last process would decide when a context does not fit; rounding proportional
 * shares was not, since it can break a limit that another rounding keeps.
 *
 * <p>Exact, by dynamic programming; cost: O(processes x layers^2), half a million steps for 15
 * processes and 200 layers.
 */
public final class LayerPartitioner {

    private static final double IMPOSSIBLE = Double.POSITIVE_INFINITY;

    private LayerPartitioner() {}

    /**
     * @param layers bytes each layer takes, the output as the last one
     * @param rooms bytes each process has for layers; at least one
     * @return a span for each process; empty where there is no such division
     */
    public static Optional<List<LayerSpan>> split(List<ByteSize> layers, List<ByteSize> rooms) {
        if (rooms.isEmpty()) {
            throw new IllegalArgumentException("rooms: none (expected: at least one)");
        }
        long[] before = sums(layers);
        int[][] starts = new int[rooms.size()][];
        double[] least = new double[layers.size() + 1];
        Arrays.fill(least, IMPOSSIBLE);
        least[0] = 0;
        for (int process = 0; process < rooms.size(); process++) {
            starts[process] = new int[layers.size() + 1];
            least = withOneMore(least, before, rooms.get(process).bytes(), starts[process]);
        }
        return least[layers.size()] == IMPOSSIBLE
                ? Optional.empty()
                : Optional.of(spans(starts, layers.size()));
    }

    private static long[] sums(List<ByteSize> layers) {
        long[] before = new long[layers.size() + 1];
        for (int layer = 0; layer < layers.size(); layer++) {
            before[layer + 1] = Math.addExact(before[layer], layers.get(layer).bytes());
        }
        return before;
    }

    /** The least sums for each end, with one process more; {@code starts} gets where it begins. */
    private static double[] withOneMore(double[] least, long[] before, long room, int[] starts) {
        double[] next = new double[least.length];
        Arrays.fill(next, IMPOSSIBLE);
        for (int end = 1; end < least.length; end++) {
            for (int start = end - 1; start >= 0; start--) {
                long load = before[end] - before[start];
                if (load > room) {
                    break;
                }
                double sum = least[start] + (load == 0 ? 0 : (double) load * load / room);
                if (sum < next[end]) {
                    next[end] = sum;
                    starts[end] = start;
                }
            }
        }
        return next;
    }

    private static List<LayerSpan> spans(int[][] starts, int layers) {
        List<LayerSpan> spans = new ArrayList<>();
        int end = layers;
        for (int process = starts.length - 1; process >= 0; process--) {
            int start = starts[process][end];
            spans.add(new LayerSpan(start, end));
            end = start;
        }
        return spans.reversed();
    }
}
