package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.run.ResumePoint;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.TokenIds;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Puts the ids of prompt and answer into the last frame, for the request that goes on from there.
 * As in Ollama these are the tokens of both as one text, without what is added before a prompt: not
 * always those that the model saw and said.
 */
final class ContextTeller {

    private final EngineTexts texts;
    private final Optional<ResumePoint> resume;
    private final String prompt;

    ContextTeller(EngineTexts texts, Optional<ResumePoint> resume, String prompt) {
        this.texts = texts;
        this.resume = resume;
        this.prompt = prompt;
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
                resume.ifPresent(point -> told.before(point, head.resumed()));
                yield Mono.just(frame);
            }
            case RunFrame.Piece piece -> {
                told.add(piece);
                yield Mono.just(frame);
            }
            case RunFrame.End end ->
                    told.said(texts)
                            .flatMap(said -> texts.furtherTokens(prompt + said))
                            .map(ids -> end.withContext(TokenIds.list(ids)));
            case RunFrame.Progress _, RunFrame.Fail _, RunFrame.Rendered _, RunFrame.Vector _ ->
                    Mono.just(frame);
        };
    }

    /** What has been told so far; one answer, one signal at a time. */
    private static final class Told {

        private final List<Integer> ids = new ArrayList<>();
        private final StringBuilder text = new StringBuilder();
        private boolean reasoned;
        private boolean complete = true;

        /** What was told before the answer broke off. */
        void before(ResumePoint point, Optional<RunFrame.Resumed> how) {
            add(point.thinking(), point.text());
            how.filter(RunFrame.Resumed::byIds)
                    .ifPresentOrElse(
                            kept -> ids.addAll(point.ids().subList(0, kept.tokens())),
                            () -> complete = false);
        }

        void add(RunFrame.Piece piece) {
            add(piece.thinking(), piece.text());
            ids.addAll(piece.ids());
            complete &= piece.idsComplete();
        }

        private void add(String thinking, String more) {
            text.append(thinking).append(more);
            reasoned |= !thinking.isEmpty();
        }

        /** The tags around its reasoning are in the ids alone. */
        Mono<String> said(EngineTexts texts) {
            return reasoned && complete ? texts.text(ids) : Mono.just(text.toString());
        }
    }
}
