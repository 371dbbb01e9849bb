package dev.caravan.core.health;

import java.time.Duration;
import java.util.Optional;

/**
 * When not to judge: silence of many at once says more about the listener, or the network before
 * it, than about them. An agent whose host answers that nobody listens there is not silent; that is
 * news of its own and needs no such caution.
 */
public final class MembershipFreeze {

    /** A round later than this was not held up by the agents. */
    private static final Duration LATE = Duration.ofSeconds(3);

    private MembershipFreeze() {}

    /**
     * Why membership must not be judged in this round, or empty.
     *
     * @param sinceLastRound time between this round of questions and the one before
     * @param members agents that are not down
     * @param silent how many of these say nothing at all
     */
    public static Optional<String> reason(Duration sinceLastRound, int members, int silent) {
        if (sinceLastRound.compareTo(LATE) > 0) {
            return Optional.of(
                    "the health service itself stood still for %d ms (expected: a round each second)"
                            .formatted(sinceLastRound.toMillis()));
        }
        if (silent > 1 && silent * 2 > members) {
            return Optional.of(
                    "%d of %d agents went silent together (expected: at most half)"
                            .formatted(silent, members));
        }
        return Optional.empty();
    }
}
