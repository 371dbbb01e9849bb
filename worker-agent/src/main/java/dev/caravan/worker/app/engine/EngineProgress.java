package dev.caravan.worker.app.engine;

import dev.caravan.core.health.EnginePace;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.RunFrame;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The progress of one engine over all its answers. An engine works on them together - while it
 * evaluates the prompt of one the others get no token - so progress of any is progress of all, and
 * while any waits for its first token the limit is that of prompts. An answer that nobody takes is
 * not waited for. Safe for any number of threads.
 */
public final class EngineProgress {

    /** Tokens that an engine evaluates at once, unless it is told otherwise. */
    private static final int BATCH = 2048;

    private final Duration unknown;
    private final int batch;
    private final LongSupplier nanos;
    private final EnginePace pace = new EnginePace();
    private final Set<Answer> open = new HashSet<>();

    /** Open answers whose prompt is being evaluated. */
    private int evaluating;

    private Duration silent = Duration.ZERO;
    private OptionalLong last = OptionalLong.empty();
    private OptionalLong work = OptionalLong.empty();

    /** The prompt of an answer that was left may still be evaluated. */
    private boolean leftBehind;

    /**
     * @param unknown the longest silence while a prompt is evaluated before anything is known of
     *     the engine's speed
     * @param nanos a clock that only goes forward
     */
    EngineProgress(WantedEngine wanted, Duration unknown, LongSupplier nanos) {
        this.unknown = unknown;
        this.batch = wanted.loading().batch().orElse(BATCH);
        this.nanos = nanos;
    }

    /**
     * A silence that may be a stall.
     *
     * @param limit longer than this it is one
     */
    record Silence(Duration silent, Duration limit) {
        boolean isOver() {
            return silent.compareTo(limit) > 0;
        }
    }

    /** An answer is asked for; whoever opens it closes it. */
    synchronized Answer open(Prompt prompt) {
        if (open.isEmpty()) {
            resume();
        }
        Answer answer = new Answer(hasImages(prompt));
        open.add(answer);
        evaluating++;
        return answer;
    }

    private static boolean hasImages(Prompt prompt) {
        return switch (prompt) {
            case Prompt.Chat chat ->
                    chat.messages().stream().anyMatch(turn -> !turn.images().isEmpty());
            case Prompt.Instruction said -> !said.images().isEmpty();
            case Prompt.Raw raw -> !raw.images().isEmpty();
            case Prompt.Embedding _ -> false;
        };
    }

    /**
     * Counts time in which nothing came.
     *
     * @return the silence where it is more than half of what is allowed
     */
    synchronized Optional<Silence> look(Duration passed) {
        if (open.stream().noneMatch(Answer::isAwaited)) {
            resume();
            return Optional.empty();
        }
        silent = silent.plus(passed);
        Duration limit = limit();
        return silent.multipliedBy(2).compareTo(limit) > 0
                ? Optional.of(new Silence(silent, limit))
                : Optional.empty();
    }

    /**
     * Whether a silence is a stall: it is over, still goes on, and the engine has done nothing in
     * it that it did not tell.
     *
     * @param now what the engine tells of its work when it is asked; empty where it does not
     */
    synchronized boolean isStall(Silence silence, OptionalLong now) {
        if (silent.compareTo(silence.silent()) < 0) {
            return false;
        }
        if (now.isEmpty() || now.equals(work)) {
            return silence.isOver();
        }
        if (work.isPresent()) {
            resume();
        }
        work = now;
        return false;
    }

    /** Whether it has told of its work in this silence. */
    synchronized boolean isWorkKnown() {
        return work.isPresent();
    }

    private Duration limit() {
        return leftBehind || evaluating > 0
                ? longer(evaluating(), pace.answering())
                : pace.answering();
    }

    private Duration evaluating() {
        if (open.stream().anyMatch(answer -> answer.isEvaluated() && answer.images)) {
            return unknown;
        }
        int tokens = leftBehind ? batch : 0;
        int behind = 0;
        for (Answer answer : open) {
            if (answer.isEvaluated()) {
                tokens += answer.total == 0 ? batch : answer.total - answer.processed;
                behind = Math.max(behind, answer.processed);
            }
        }
        return pace.evaluating(Math.min(tokens, batch), behind).orElse(unknown);
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /** From now on anew; the time until now is no gap. */
    private void resume() {
        silent = Duration.ZERO;
        last = OptionalLong.empty();
        work = OptionalLong.empty();
    }

    private void progressed(long now) {
        if (last.isPresent() && !leftBehind && evaluating == 0) {
            pace.gap(now - last.getAsLong());
        }
        resume();
        last = OptionalLong.of(now);
        leftBehind = false;
    }

    /** One answer; told of all that its reader asks for and of all that comes. */
    final class Answer {

        private final boolean images;
        private boolean evaluated = true;
        private long asked;
        private long told;
        private int processed;
        private int total;
        private long at;

        private Answer(boolean images) {
            this.images = images;
        }

        private boolean isEvaluated() {
            return evaluated;
        }

        private boolean isAwaited() {
            return asked > told;
        }

        /** The reader takes so many more frames. */
        void asked(long more) {
            synchronized (EngineProgress.this) {
                if (!isAwaited()) {
                    last = OptionalLong.empty();
                }
                asked = asked + more < 0 ? Long.MAX_VALUE : asked + more;
            }
        }

        void told(RunFrame frame) {
            long now = nanos.getAsLong();
            synchronized (EngineProgress.this) {
                told++;
                progressed(now);
                switch (frame) {
                    case RunFrame.Head _ -> {}
                    case RunFrame.Progress(int done, int all) -> evaluated(done, all, now);
                    case RunFrame.Piece _,
                            RunFrame.End _,
                            RunFrame.Rendered _,
                            RunFrame.Vector _,
                            RunFrame.Fail _ ->
                            evaluated();
                }
            }
        }

        private void evaluated() {
            if (evaluated) {
                evaluated = false;
                evaluating--;
            }
        }

        private void evaluated(int done, int all, long now) {
            if (total > 0 && done > processed) {
                pace.evaluated(done - processed, processed, Duration.ofNanos(now - at));
            }
            if (all > 0) {
                processed = done;
                total = all;
                at = now;
            }
        }

        void close() {
            synchronized (EngineProgress.this) {
                if (open.remove(this) && evaluated) {
                    evaluated();
                    leftBehind = true;
                    resume();
                }
            }
        }
    }
}
