package dev.caravan.health.api.page;

import dev.caravan.wire.DesiredEngines.Stage;
import java.util.ArrayList;
import java.util.List;

/**
 * Repeating layers in one process.
 *
 * @param layers 0 where only the output is there, or where it is not known
 * @param output whether the output is there too
 */
record LayerRange(int first, int layers, boolean output) {

    static LayerRange whole(int layers) {
        return new LayerRange(0, layers, true);
    }

    /** Stages count the output as a layer; it is the last one's last. */
    static List<LayerRange> of(List<Stage> stages) {
        var ranges = new ArrayList<LayerRange>();
        int first = 0;
        for (int index = 0; index < stages.size(); index++) {
            boolean last = index == stages.size() - 1;
            int counted = stages.get(index).layers();
            ranges.add(new LayerRange(first, last ? Math.max(0, counted - 1) : counted, last));
            first += counted;
        }
        return ranges;
    }
}
