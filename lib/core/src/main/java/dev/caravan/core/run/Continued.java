package dev.caravan.core.run;

/**
 * That an answer was continued after a replica was lost.
 *
 * @param times how often; at least 1
 * @param exact whether the text is the one that an undisturbed run gives, each time
 */
public record Continued(int times, boolean exact) {
    public Continued {
        if (times < 1) {
            throw new IllegalArgumentException("times: " + times + " (expected: >= 1)");
        }
    }
}
