package dev.caravan.worker.adapter.store;

import dev.caravan.worker.app.store.BlobDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Blobs that a transfer or a create under way needs though no manifest may name them yet. */
final class BlobHolds {

    /** Guarded by this; how many hold each. */
    private final Map<BlobDigest, Integer> held = new HashMap<>();

    Hold hold(Collection<BlobDigest> digests) {
        Hold hold = new Hold();
        hold.add(digests);
        return hold;
    }

    private synchronized void begin(Collection<BlobDigest> digests) {
        digests.forEach(digest -> held.merge(digest, 1, Integer::sum));
    }

    /** Runs while nobody can begin to hold the blob, unless somebody does. */
    synchronized void unlessHeld(BlobDigest digest, Runnable removal) {
        if (!held.containsKey(digest)) {
            removal.run();
        }
    }

    private synchronized void release(List<BlobDigest> digests) {
        digests.forEach(digest -> held.computeIfPresent(digest, BlobHolds::less));
    }

    @SuppressWarnings("NullAway") // null takes the entry out of the map
    private static Integer less(BlobDigest digest, int count) {
        return count == 1 ? null : count - 1;
    }

    /** Ends once, however often it is released. */
    final class Hold {

        /** Guarded by this. */
        private final List<BlobDigest> digests = new ArrayList<>();

        private boolean over;

        private Hold() {}

        /**
         * @throws IllegalStateException after its end
         */
        synchronized void add(Collection<BlobDigest> more) {
            if (over) {
                throw new IllegalStateException("released before %s".formatted(more));
            }
            BlobHolds.this.begin(more);
            digests.addAll(more);
        }

        synchronized void release() {
            over = true;
            BlobHolds.this.release(digests);
            digests.clear();
        }
    }
}
