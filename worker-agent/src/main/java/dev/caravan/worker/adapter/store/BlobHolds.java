package dev.caravan.worker.adapter.store;

import dev.caravan.worker.app.store.BlobDigest;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Blobs that a transfer under way needs though no manifest may name them yet. */
final class BlobHolds {

    /** Guarded by this; how many hold each. */
    private final Map<BlobDigest, Integer> held = new HashMap<>();

    synchronized Hold hold(Collection<BlobDigest> digests) {
        List<BlobDigest> copy = List.copyOf(digests);
        copy.forEach(digest -> held.merge(digest, 1, Integer::sum));
        return new Hold(copy);
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
        private List<BlobDigest> digests;

        private Hold(List<BlobDigest> digests) {
            this.digests = digests;
        }

        void release() {
            List<BlobDigest> last;
            synchronized (this) {
                last = digests;
                digests = List.of();
            }
            BlobHolds.this.release(last);
        }
    }
}
