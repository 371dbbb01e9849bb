package dev.caravan.gateway.stream;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.run.Continued;
import dev.caravan.core.run.OutputFormat;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.RunRequest;
import dev.caravan.gateway.app.Loaded;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The course of one answer over the replicas that make it, one after the other. It knows what the
 * client has, and how the next replica is to be asked so that what comes joins it:
 *
 * <ul>
 *   <li><em>anew</em>, where the client has nothing yet;
 *   <li><em>resumed</em> behind what it has, by token ids or by text;
 *   <li><em>repeated</em> from the prompt with the same seed, what the client has being left out as
 *       long as it is the same: by the policy {@code repeat}, and where an answer cannot be taken
 *       up in the middle, since something has to read it from its start (a grammar, a parser of
 *       calls).
 * </ul>
 *
 * <p>The rules, case by case, are in ADR 9. Touched by one signal at a time.
 */
final class Course {

    private enum Way {
        ANEW,
        RESUMED,
        REPEATED
    }

    private final RunRequest request;
    private final LongSupplier nanos;
    private final Consumer<Duration> pause;
    private Told told = new Told();
    private Way way = Way.ANEW;
    private @Nullable Continuation policy;
    private @Nullable Repetition repetition;
    private Told repeated = new Told();
    private boolean mayRepeat = true;
    private boolean mayResume;

    private long seed = -1;
    private String build = "";
    private boolean exactEngines = true;
    private boolean exact = true;
    private int times;
    private boolean lost;
    private String lostBy = "";

    private long began;
    private long firstPiece;
    private long lastPiece;
    private long lostAt;
    private Duration morePrompt = Duration.ZERO;
    private Duration moreAnswer = Duration.ZERO;

    /**
     * @param nanos a clock that only goes forward
     * @param pause told how long the client waited, each time its answer goes on
     */
    Course(RunRequest request, LongSupplier nanos, Consumer<Duration> pause) {
        this.request = request;
        this.nanos = nanos;
        this.pause = pause;
        this.mayResume = isPlain(request);
    }

    /** Whether it can be taken up in the middle, as far as the request tells. */
    private static boolean isPlain(RunRequest request) {
        boolean text = request.options().format() instanceof OutputFormat.Text;
        return text
                && switch (request.prompt()) {
                    case Prompt.Chat chat ->
                            chat.tools().isEmpty()
                                    && chat.messages().stream()
                                            .allMatch(
                                                    turn ->
                                                            turn.images().isEmpty()
                                                                    && turn.toolCalls().isEmpty());
                    case Prompt.Instruction said -> said.images().isEmpty();
                    case Prompt.Raw raw -> raw.images().isEmpty();
                    case Prompt.Embedding _ -> false;
                };
    }

    /** Whether the client has nothing yet. */
    boolean isFresh() {
        return told.isNothing();
    }

    /** What a replica is asked for next. */
    RunRequest on(Loaded target) {
        if (policy == null) {
            policy = target.replica().continuation();
        }
        exactEngines &= target.replica().continuation() == Continuation.EXACT;
        began = nanos.getAsLong();
        firstPiece = 0;
        lastPiece = 0;
        way = isFresh() ? Way.ANEW : wayOn();
        return switch (way) {
            case ANEW -> {
                told = new Told();
                exact = true;
                exactEngines = target.replica().continuation() == Continuation.EXACT;
                yield request;
            }
            case RESUMED -> request.resumedAt(told.point(), seed);
            case REPEATED -> {
                repetition = new Repetition(told);
                repeated = new Told();
                yield request.repeated(seed);
            }
        };
    }

    private Way wayOn() {
        boolean wished = policy == Continuation.REPEAT;
        return mayRepeat && (wished || !mayResume) ? Way.REPEATED : Way.RESUMED;
    }

    void begun(RunFrame.Head head) {
        boolean sameBuild = build.isEmpty() || build.equals(head.build());
        build = head.build();
        if (head.seed() >= 0) {
            seed = head.seed();
        }
        switch (way) {
            case ANEW -> told.begun(head);
            case RESUMED -> {
                boolean byIds = head.resumed().filter(RunFrame.Resumed::byIds).isPresent();
                exact &= byIds && sameBuild && exactEngines && isGreedy();
                told.begun(head);
            }
            case REPEATED -> {
                exact &= sameBuild;
                repeated.begun(head);
            }
        }
    }

    /** Without chance, as far as the request itself says so. */
    private boolean isGreedy() {
        return request.options().named().contains("temperature")
                && request.options().temperature() == 0;
    }

    /**
     * What of a piece the client does not have; null where it has all of it.
     *
     * @throws dev.caravan.core.run.ToldBefore.OtherText where it was told something else
     */
    RunFrame.@Nullable Piece piece(RunFrame.Piece piece) {
        lastPiece = nanos.getAsLong();
        if (firstPiece == 0) {
            firstPiece = lastPiece;
        }
        Repetition comparing = repetition;
        if (comparing == null) {
            told.add(piece);
            goesOn();
            return piece;
        }
        boolean over = comparing.isOver();
        RunFrame.Piece rest = comparing.beyond(piece);
        repeated.add(piece);
        if (!over && rest.isSilent()) {
            return null;
        }
        exact &= comparing.isSame();
        told = repeated;
        repetition = null;
        goesOn();
        return rest;
    }

    /**
     * The last frame as the client is told it.
     *
     * @throws dev.caravan.core.run.ToldBefore.OtherText where the client has more than this answer
     */
    RunFrame.End end(RunFrame.End end) {
        if (repetition != null) {
            repetition.ended();
            exact &= repetition.isSame();
        }
        goesOn();
        return times == 0 ? end : end.after(morePrompt, moreAnswer, new Continued(times, exact));
    }

    private void goesOn() {
        if (lost) {
            lost = false;
            times++;
            pause.accept(Duration.ofNanos(nanos.getAsLong() - lostAt));
        }
    }

    /** Whether there is a way to go on behind that; the client has a part of the answer. */
    boolean after(ReplicaFailed broken) {
        if (!lost) {
            lost = true;
            lostAt = nanos.getAsLong();
            lostBy = String.valueOf(broken.fault().getMessage());
        }
        repetition = null;
        if (firstPiece != 0) {
            morePrompt = morePrompt.plusNanos(firstPiece - began);
            moreAnswer = moreAnswer.plusNanos(lastPiece - firstPiece);
        }
        if (broken.saysOther()) {
            exact = false;
            mayRepeat = false;
        } else if (way == Way.RESUMED && broken.fault().code() == FaultCode.INVALID_REQUEST) {
            mayResume = false;
        } else if (!broken.repeatable()) {
            return false;
        }
        return mayRepeat || mayResume;
    }

    /** What a client is told whose answer cannot go on. */
    CaravanException brokenOff(CaravanException why) {
        return new CaravanException(
                why.code(),
                "the answer broke off after %d tokens (%s) and could not be continued: %s"
                        .formatted(told.tokens(), lostBy, why.getMessage()),
                why);
    }
}
