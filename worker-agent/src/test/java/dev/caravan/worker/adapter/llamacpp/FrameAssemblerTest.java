package dev.caravan.worker.adapter.llamacpp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.run.RunFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class FrameAssemblerTest {

    private static final Map<String, int[]> TOKENS =
            Map.of(
                    "é", new int[] {200, 174},
                    "中", new int[] {233, 189, 178},
                    "?", new int[] {9, 8, 7});

    private final List<String> tokenized = new ArrayList<>();
    private final FrameAssembler assembler =
            new FrameAssembler(
                    text -> {
                        tokenized.add(text);
                        return Mono.justOrEmpty(TOKENS.get(text))
                                .switchIfEmpty(
                                        Mono.error(() -> new IllegalStateException("no " + text)));
                    });

    private List<RunFrame> frames(EngineEvent... events) {
        return Flux.just(events).concatMap(assembler::accept).toStream().toList();
    }

    private static EngineEvent token(String text, int made, int... ids) {
        return new EngineEvent.Token(text, ids, made);
    }

    private static EngineEvent stop(String type, int made) {
        return new EngineEvent.Stop("", type, made, 2, 5, 1.5, made, 3);
    }

    private static RunFrame piece(long sequence, String text, Integer... ids) {
        return new RunFrame.Piece(sequence, text, List.of(ids), true);
    }

    private static RunFrame end(RunFrame.EndReason reason, int made) {
        return new RunFrame.End(
                reason, 7, 2, Duration.ofNanos(1_500_000), made, Duration.ofMillis(3));
    }

    @Test
    void numbersPiecesAndEndsWithTheCounts() {
        List<RunFrame> frames =
                frames(
                        new EngineEvent.Prefill(4, 7),
                        token("a", 1, 11),
                        token(" b", 2, 12),
                        stop("limit", 2));

        assertThat(frames)
                .containsExactly(
                        new RunFrame.Progress(4, 7),
                        piece(0, "a", 11),
                        piece(1, " b", 12),
                        end(RunFrame.EndReason.LENGTH, 2));
        assertThat(assembler.isEnded()).isTrue();
        assertThat(tokenized).isEmpty();
    }

    @Test
    void findsTheIdsThatTheEngineHeldBack() {
        List<RunFrame> frames =
                frames(
                        token("a", 1, 102),
                        token("é", 3, 174),
                        token("中", 6, 178),
                        token("b", 7, 5));

        assertThat(frames)
                .containsExactly(
                        piece(0, "a", 102),
                        piece(1, "é", 200, 174),
                        piece(2, "中", 233, 189, 178),
                        piece(3, "b", 5));
        assertThat(tokenized).containsExactly("é", "中");
    }

    @Test
    void saysWhereTheMissingIdsCannotBeFound() {
        List<RunFrame> frames = frames(token("?", 3, 1), token("!", 5, 2), token("c", 6, 3));

        assertThat(frames)
                .containsExactly(
                        new RunFrame.Piece(0, "?", List.of(1), false),
                        new RunFrame.Piece(1, "!", List.of(2), false),
                        piece(2, "c", 3));
    }

    @Test
    void leavesOutTheTokenThatEndsTheAnswer() {
        List<RunFrame> frames = frames(token("a", 1, 11), token("", 2, 4), stop("eos", 2));

        assertThat(frames).containsExactly(piece(0, "a", 11), end(RunFrame.EndReason.STOP, 2));
    }

    @Test
    void keepsTokensWithoutTextThatDoNotEndTheAnswer() {
        List<RunFrame> frames =
                frames(
                        token("", 1, 20),
                        token("", 2, 21),
                        token("ab", 3, 22),
                        token("", 4, 23),
                        stop("word", 4));

        assertThat(frames)
                .containsExactly(
                        piece(0, "", 20),
                        piece(1, "", 21),
                        piece(2, "ab", 22),
                        piece(3, "", 23),
                        end(RunFrame.EndReason.STOP, 4));
    }

    @Test
    void saysThatIdsAreMissingWhereTheAnswerEndsWithinACharacter() {
        List<RunFrame> frames = frames(token("a", 1, 11), stop("limit", 3));

        assertThat(frames)
                .containsExactly(
                        piece(0, "a", 11),
                        new RunFrame.Piece(1, "", List.of(), false),
                        end(RunFrame.EndReason.LENGTH, 3));
    }

    @Test
    void failsRepeatablyWhereTheEngineGivesUp() {
        List<RunFrame> frames = frames(token("a", 1, 11), new EngineEvent.Broken("no more memory"));

        assertThat(frames.getLast())
                .isEqualTo(
                        new RunFrame.Fail(
                                FaultCode.UPSTREAM_FAILED, "engine: no more memory", true));
        assertThat(assembler.isEnded()).isTrue();
    }
}
