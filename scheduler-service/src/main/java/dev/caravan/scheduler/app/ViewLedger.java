package dev.caravan.scheduler.app;

import dev.caravan.core.cluster.Version;
import java.util.Optional;

/** Numbers the views of one scheduler; equal content keeps its number. Used by one thread. */
final class ViewLedger {

    private Optional<Work.Publication> last = Optional.empty();

    /** The content with its version where it, or the epoch, is new. */
    Optional<Work.Publication> offer(ViewContent content, long epoch) {
        boolean sameEpoch = last.map(before -> before.version().epoch() == epoch).orElse(false);
        if (sameEpoch && last.map(before -> before.content().equals(content)).orElse(false)) {
            return Optional.empty();
        }
        Version version = sameEpoch ? last.orElseThrow().version().next() : new Version(epoch, 1);
        last = Optional.of(new Work.Publication(version, content));
        return last;
    }
}
