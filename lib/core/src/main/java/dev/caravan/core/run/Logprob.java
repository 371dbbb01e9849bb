package dev.caravan.core.run;

import java.util.List;

/**
 * How probable a token was.
 *
 * @param logprob natural logarithm of its probability
 * @param top the most probable tokens of that place, where they were asked for; these have none
 */
public record Logprob(String token, double logprob, List<Logprob> top) {
    public Logprob {
        top = List.copyOf(top);
    }

    Logprob alone() {
        return new Logprob(token, logprob, List.of());
    }
}
