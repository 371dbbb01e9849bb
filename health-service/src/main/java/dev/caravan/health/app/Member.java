package dev.caravan.health.app;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot.Verdict;
import dev.caravan.core.health.AnswerHistory;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;

/**
 * An agent and what is made of it.
 *
 * @param lastAnswer how the last question ended
 * @param reached it answered at its address once; until then it is what somebody told of it
 * @param stopping it said that it ends; nothing but a new process of it changes that
 * @param reason for people: why the verdict is not READY, or what else is wrong
 */
public record Member<R>(
        AgentReading<R> reading,
        AnswerHistory history,
        Answer<R> lastAnswer,
        boolean reached,
        boolean stopping,
        Verdict verdict,
        String reason) {

    /** One whose answers are known. */
    static <R> Member<R> first(AgentReading<R> reading, AnswerHistory history) {
        return new Member<>(
                reading, history, new Answer.Report<>(reading), true, false, Verdict.READY, "");
    }

    /** One that made itself known and was not asked yet. */
    static <R> Member<R> announced(AgentReading<R> reading, AnswerHistory history) {
        return new Member<>(
                reading,
                history,
                new Answer.Silent<>(reading.address() + ": not reached yet"),
                false,
                false,
                Verdict.DOWN,
                reading.address() + ": not reached yet");
    }

    public AgentId agent() {
        return reading.agent();
    }

    public URI address() {
        return reading.address();
    }

    public Instant seenAt() {
        return history.last();
    }

    /** Whether it answered the last question, and means to go on. */
    boolean present() {
        return !stopping
                && switch (lastAnswer) {
                    case Answer.Report<R> report -> true;
                    case Answer.Unchanged<R> unchanged -> true;
                    case Answer.Refused<R> refused -> false;
                    case Answer.Unreachable<R> unreachable -> false;
                    case Answer.Silent<R> silent -> false;
                };
    }

    /** Whether no connection to its address ever came about. */
    public boolean unreachable() {
        return !reached
                && switch (lastAnswer) {
                    case Answer.Refused<R> refused -> true;
                    case Answer.Unreachable<R> unreachable -> true;
                    case Answer.Silent<R> silent -> false;
                    case Answer.Report<R> report -> false;
                    case Answer.Unchanged<R> unchanged -> false;
                };
    }

    /** Another process of the same agent may do what the one before it announced not to. */
    Member<R> reading(AgentReading<R> next) {
        boolean sameProcess = next.startedAt() == reading.startedAt();
        boolean sameAddress = next.address().equals(reading.address());
        return new Member<>(
                next,
                history,
                lastAnswer,
                reached && sameAddress,
                stopping && sameProcess,
                verdict,
                reason);
    }

    Member<R> answered(Answer<R> answer, Instant now) {
        return new Member<>(
                reading,
                history.answeredAt(now),
                answer,
                true,
                stopping,
                reached ? verdict : Verdict.READY,
                reached ? reason : "");
    }

    Member<R> missed(Answer<R> answer) {
        return new Member<>(reading, history, answer, reached, stopping, verdict, reason);
    }

    Member<R> announcingItsEnd() {
        return new Member<>(reading, history, lastAnswer, reached, true, verdict, reason);
    }

    Member<R> forgiven(Duration pause) {
        return new Member<>(
                reading, history.without(pause), lastAnswer, reached, stopping, verdict, reason);
    }

    Member<R> judged(Verdict next, String why) {
        return new Member<>(reading, history, lastAnswer, reached, stopping, next, why);
    }
}
