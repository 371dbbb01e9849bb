package dev.caravan.health.app;

import dev.caravan.core.cluster.AgentSnapshot.Verdict;
import dev.caravan.core.health.SilenceDetector;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;

/** What to make of one member, by what is known of it. */
final class Verdicts {

    /**
     * What others have to do with it.
     *
     * @param rival an address that claims its id
     * @param witnesses gateways that it failed a moment ago
     * @param remarks what else is wrong with it, for people; empty where nothing is
     */
    record Views(Optional<URI> rival, int witnesses, String remarks) {}

    private final SilenceDetector detector = new SilenceDetector();

    /** Whether {@code member}, not down so far, says nothing for longer than is its habit. */
    boolean silent(Member<?> member, Instant now) {
        return switch (member.lastAnswer()) {
            case Answer.Silent<?> _, Answer.Unreachable<?> _ -> overdue(member, now);
            case Answer.Refused<?> _, Answer.Report<?> _, Answer.Unchanged<?> _ -> false;
        };
    }

    private boolean overdue(Member<?> member, Instant now) {
        return detector.verdict(member.history(), now) != Verdict.READY;
    }

    /**
     * The member judged anew. While membership is frozen silence changes nothing; that a host
     * refuses the connection does, and so does an answer. A refusal is believed at once where a
     * gateway was failed as well: two of us saw it.
     */
    <R> Member<R> judge(Member<R> member, Instant now, boolean frozen, Views views) {
        if (member.stopping()) {
            return member.judged(Verdict.DOWN, "it said that it stops");
        }
        if (!member.reached()) {
            return member.judged(Verdict.DOWN, whyUnreached(member));
        }
        return switch (member.lastAnswer()) {
            case Answer.Report<R> report -> present(member, now, frozen, views);
            case Answer.Unchanged<R> unchanged -> present(member, now, frozen, views);
            case Answer.Refused<R>(String why) when views.witnesses() > 0 || overdue(member, now) ->
                    member.judged(Verdict.DOWN, why);
            case Answer.Refused<R> refused -> member;
            case Answer.Unreachable<R>(String why) ->
                    frozen ? member : bySilence(member, now, views.witnesses(), why);
            case Answer.Silent<R>(String why) ->
                    frozen ? member : bySilence(member, now, views.witnesses(), why);
        };
    }

    private static String whyUnreached(Member<?> member) {
        return switch (member.lastAnswer()) {
            case Answer.Refused<?>(String why) -> why;
            case Answer.Unreachable<?>(String why) -> why;
            case Answer.Silent<?>(String why) -> why;
            case Answer.Report<?> _, Answer.Unchanged<?> _ ->
                    member.address() + ": not reached yet";
        };
    }

    private <R> Member<R> present(Member<R> member, Instant now, boolean frozen, Views views) {
        String wrong =
                views.rival().map(address -> twoOfOneId(member, address)).orElse(views.remarks());
        return frozen || !overdue(member, now)
                ? member.judged(frozen ? member.verdict() : Verdict.READY, wrong)
                : bySilence(member, now, 0, member.address() + ": was not asked in time");
    }

    private static String twoOfOneId(Member<?> member, URI second) {
        return "two agents have its id: %s, and %s, which is refused (remove the file agent-id in the data folder of one and start it again)"
                .formatted(member.address(), second);
    }

    private <R> Member<R> bySilence(Member<R> member, Instant now, int witnesses, String why) {
        Verdict verdict = detector.verdict(member.history(), now, witnesses);
        return member.judged(verdict, verdict == Verdict.READY ? "" : why);
    }
}
