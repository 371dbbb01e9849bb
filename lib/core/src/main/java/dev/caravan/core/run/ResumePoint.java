package dev.caravan.core.run;

import java.util.List;

/**
 * Where an answer that broke off is to go on. What has been told is not told again.
 *
 * @param promptIds tokens of the prompt it was made from; empty: not known, it is rendered again
 * @param ids tokens of the answer so far; empty: not all are known, its text counts
 * @param text of the answer that the client has
 * @param thinking text of the reasoning that the client has
 * @param answered tokens of the answer so far, as far as they can be counted; at least {@code ids}
 */
public record ResumePoint(
        List<Integer> promptIds, List<Integer> ids, String text, String thinking, int answered) {
    public ResumePoint {
        promptIds = List.copyOf(promptIds);
        ids = List.copyOf(ids);
        if (answered < ids.size()) {
            throw new IllegalArgumentException(
                    "tokens answered: %d (expected: >= the %d ids)"
                            .formatted(answered, ids.size()));
        }
    }

    /** Whether the tokens themselves are known; another text of the same tokens may not be. */
    public boolean byIds() {
        return !promptIds.isEmpty() && !ids.isEmpty();
    }
}
