package dev.caravan.worker.app.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.run.ChatMessage;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.core.run.Prompt;
import dev.caravan.core.run.RunFrame;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class EngineProgressTest {

    private static final Duration UNKNOWN = Duration.ofMinutes(5);
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final RunFrame TOKEN = new RunFrame.Piece(0, "a", List.of(1), true);

    private long now;
    private final EngineProgress progress =
            new EngineProgress(
                    new WantedEngine(
                            new ReplicaId("r1"),
                            FakeStore.NAME,
                            FakeStore.DIGEST,
                            2048,
                            4,
                            Continuation.FLUENT,
                            new KeepAlive.Forever()),
                    UNKNOWN,
                    () -> now);

    private EngineProgress.Answer asked() {
        EngineProgress.Answer answer = progress.open(new Prompt.Raw("once"));
        answer.asked(Long.MAX_VALUE);
        return answer;
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private void tokens(EngineProgress.Answer answer, int count, Duration each) {
        for (int token = 0; token < count; token++) {
            pass(each);
            answer.told(TOKEN);
        }
    }

    /** How long it may be silent from now on. */
    private Duration patience() {
        Duration silent = Duration.ZERO;
        while (silent.compareTo(Duration.ofHours(1)) < 0) {
            Optional<EngineProgress.Silence> silence = progress.look(LOOK);
            silent = silent.plus(LOOK);
            if (silence.filter(EngineProgress.Silence::isOver).isPresent()) {
                return silent.minus(LOOK);
            }
        }
        return Duration.ofHours(1);
    }

    @Test
    void anEngineThatNobodyAsksMayBeSilent() {
        EngineProgress.Answer answer = asked();
        answer.told(TOKEN);
        answer.close();

        assertThat(patience()).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void itsFirstPromptMayTakeLong() {
        asked();

        assertThat(patience()).isEqualTo(UNKNOWN);
    }

    @Test
    void tokensMayTakeTenSecondsUntilItsPaceIsKnown() {
        tokens(asked(), 20, Duration.ofMillis(10));

        assertThat(patience()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void thenItsOwnPaceCounts() {
        tokens(asked(), 60, Duration.ofMillis(10));

        assertThat(patience()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void aSlowEngineMayTakeLonger() {
        tokens(asked(), 60, Duration.ofMillis(500));

        assertThat(patience()).isEqualTo(Duration.ofSeconds(10));

        tokens(asked(), 60, Duration.ofSeconds(1));

        assertThat(patience()).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void progressOfOneAnswerIsProgressOfAll() {
        tokens(asked(), 60, Duration.ofMillis(10));
        EngineProgress.Answer other = asked();
        other.told(TOKEN);
        for (int second = 0; second < 20; second++) {
            assertThat(progress.look(Duration.ofSeconds(1))).isEmpty();
            other.told(TOKEN);
        }
    }

    @Test
    void whileOnePromptIsEvaluatedTheOthersWait() {
        tokens(asked(), 60, Duration.ofMillis(10));

        EngineProgress.Answer late = asked();
        assertThat(patience()).isEqualTo(UNKNOWN);

        late.told(TOKEN);
        assertThat(patience()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void theGapWhileAPromptIsEvaluatedIsNotItsPace() {
        EngineProgress.Answer answer = asked();
        tokens(answer, 60, Duration.ofMillis(10));
        for (int prompt = 0; prompt < 10; prompt++) {
            EngineProgress.Answer late = asked();
            pass(Duration.ofSeconds(30));
            late.told(TOKEN);
            late.close();
            tokens(answer, 5, Duration.ofMillis(10));
        }

        assertThat(patience()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void aPromptWhoseReaderLeftMayStillBeEvaluated() {
        EngineProgress.Answer answer = asked();
        tokens(answer, 60, Duration.ofMillis(10));
        asked().close();

        assertThat(patience()).isEqualTo(UNKNOWN);

        answer.told(TOKEN);
        assertThat(patience()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void aPromptIsJudgedByTheTokensThatAreLeftAndTheSpeedOfThoseBefore() {
        EngineProgress.Answer answer = asked();
        answer.told(new RunFrame.Progress(0, 4000));
        pass(Duration.ofSeconds(4));
        answer.told(new RunFrame.Progress(2000, 4000));

        // 2000 tokens at 2 ms, at most three times as long, times 6
        assertThat(patience()).isEqualTo(Duration.ofSeconds(72));

        pass(Duration.ofSeconds(12));
        answer.told(new RunFrame.Progress(4000, 4000));

        assertThat(patience()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void imagesMayTakeLongWhateverTheSpeedOfTokens() {
        EngineProgress.Answer answer = asked();
        answer.told(new RunFrame.Progress(0, 2000));
        pass(Duration.ofSeconds(1));
        answer.told(new RunFrame.Progress(2000, 2000));
        answer.told(TOKEN);
        progress.open(new Prompt.Chat(List.of(ChatMessage.user("what is it", List.of("aGk=")))))
                .asked(1);

        assertThat(patience()).isEqualTo(UNKNOWN);
    }

    @Test
    void anAnswerThatNobodyTakesIsNotWaitedFor() {
        EngineProgress.Answer answer = progress.open(new Prompt.Raw("once"));
        answer.asked(60);
        tokens(answer, 60, Duration.ofMillis(10));

        assertThat(patience()).isEqualTo(Duration.ofHours(1));

        answer.asked(1);
        assertThat(patience()).isGreaterThan(Duration.ofSeconds(1));
    }

    @Test
    void workThatIsNotToldIsNoStall() {
        tokens(asked(), 60, Duration.ofMillis(10));
        EngineProgress.Silence half = progress.look(Duration.ofMillis(1500)).orElseThrow();
        assertThat(half.isOver()).isFalse();
        assertThat(progress.isStall(half, OptionalLong.of(70))).isFalse();
        assertThat(progress.isWorkKnown()).isTrue();
        EngineProgress.Silence whole = progress.look(Duration.ofSeconds(1)).orElseThrow();
        assertThat(whole.isOver()).isTrue();

        assertThat(progress.isStall(whole, OptionalLong.of(80))).isFalse();

        assertThat(progress.look(LOOK)).isEmpty();
    }

    @Test
    void anEngineThatDoesNotSayWhatItWorksOnOrHasDoneNothingStalls() {
        EngineProgress.Answer answer = asked();
        tokens(answer, 60, Duration.ofMillis(10));
        EngineProgress.Silence half = progress.look(Duration.ofMillis(1500)).orElseThrow();
        assertThat(progress.isStall(half, OptionalLong.of(70))).isFalse();
        EngineProgress.Silence whole = progress.look(Duration.ofSeconds(1)).orElseThrow();

        assertThat(progress.isStall(whole, OptionalLong.of(70))).isTrue();
        assertThat(progress.isStall(whole, OptionalLong.empty())).isTrue();

        answer.told(TOKEN);
        assertThat(progress.isStall(whole, OptionalLong.empty())).isFalse();
    }
}
