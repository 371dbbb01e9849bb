package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.run.ResumePoint;
import dev.caravan.core.run.RunFrame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Puts the ids of prompt and answer into the last frame, for the request that goes on from there.
 * Where the answer's ids are not all known its text is tokenized instead.
 */
final class ContextTeller {

    private final EngineTexts texts;
    private final Optional<ResumePoint> resume;

    ContextTeller(EngineTexts texts, Optional<ResumePoint> resume) {
        this.texts = texts;
        this.resume = resume;
    }

    Flux<RunFrame> tell(Flux<RunFrame> answer) {
        return Flux.defer(
                () -> {
                    Told told = new Told();
                    return answer.concatMap(frame -> with(told, frame));
                });
    }

    private Mono<RunFrame> with(Told told, RunFrame frame) {
        return switch (frame) {
            case RunFrame.Head head -> {
                told.ids.addAll(head.promptIds());
                resume.ifPresent(point -> told.before(point, head.resumed()));
                yield Mono.just(frame);
            }
            case RunFrame.Piece piece -> {
                told.add(piece);
                yield Mono.just(frame);
            }
            case RunFrame.End end when told.ids.isEmpty() -> Mono.just(end);
            case RunFrame.End end -> told.whole(texts).map(end::withContext);
            case RunFrame.Progress _, RunFrame.Fail _, RunFrame.Rendered _, RunFrame.Vector _ ->
                    Mono.just(frame);
        };
    }

    /** What has been told so far; one answer, one signal at a time. */
    private static final class Told {

        private final List<Integer> ids = new ArrayList<>();
        private final List<Integer> answered = new ArrayList<>();
        private final StringBuilder text = new StringBuilder();
        private boolean complete = true;

        /** What was told before the answer broke off. */
        void before(ResumePoint point, Optional<RunFrame.Resumed> how) {
            text.append(point.thinking()).append(point.text());
            how.filter(RunFrame.Resumed::byIds)
                    .ifPresentOrElse(
                            kept -> answered.addAll(point.ids().subList(0, kept.tokens())),
                            () -> complete = false);
        }

        void add(RunFrame.Piece piece) {
            text.append(piece.thinking()).append(piece.text());
            answered.addAll(piece.ids());
            complete &= piece.idsComplete();
        }

        Mono<List<Integer>> whole(EngineTexts texts) {
            Mono<List<Integer>> rest =
                    complete
                            ? Mono.just(answered)
                            : texts.plainTokens(text.toString())
                                    .map(tokens -> Arrays.stream(tokens).boxed().toList());
            return rest.map(
                    more -> {
                        List<Integer> all = new ArrayList<>(ids);
                        all.addAll(more);
                        return all;
                    });
        }
    }
}
