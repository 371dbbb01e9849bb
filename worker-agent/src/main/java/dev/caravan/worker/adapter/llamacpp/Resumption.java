package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.run.ResumePoint;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.TokenIds;
import dev.caravan.core.run.ToldBefore;
import dev.caravan.worker.adapter.llamacpp.Reading.Visible;
import java.util.List;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Finds where an engine goes on with an answer that broke off elsewhere, so that what comes joins
 * what the client has.
 *
 * <p>The tokens told and the text told need not end at the same place: text that may begin a stop
 * word or a tag is held back although its token was told. Tokens whose text goes beyond what the
 * client has are therefore made again, and of these the text that it has is left out. Where the
 * tokens made again say something else, and where the ids are not all known, the text is tokenized
 * anew, which joins as well but is not the same sequence of tokens.
 */
final class Resumption {

    /** More tokens than a stop word or a tag has. */
    private static final int FURTHEST_BACK = 64;

    /** What the engine says for bytes that are no character yet. */
    private static final String HALF_A_CHARACTER = "\uFFFD";

    private final EngineTexts texts;
    private final ResumePoint point;
    private final Reading reading;
    private final Visible told;

    Resumption(EngineTexts texts, ResumePoint point, Reading reading) {
        this.texts = texts;
        this.point = point;
        this.reading = reading;
        this.told = new Visible(point.thinking(), point.text());
    }

    /**
     * @param ids tokens of the answer behind which the engine goes on
     * @param said what the model said with them
     * @param counted tokens of the answer so far; more than the ids where they were made anew
     * @param byIds whether they are the ids that were told
     */
    record Start(List<Integer> ids, String said, int counted, boolean byIds) {}

    /**
     * The rest of the answer.
     *
     * @param holdsBack whether text may have been held back: there are stop words
     * @param rest what the engine makes from a start on
     */
    Flux<RunFrame> answer(boolean holdsBack, Function<Start, Flux<RunFrame>> rest) {
        if (!point.byIds()) {
            return byText().flatMapMany(start -> joined(start, rest));
        }
        Mono<Start> start =
                holdsBack || reading instanceof Reading.Tagged
                        ? back(point.ids().size()).switchIfEmpty(Mono.defer(this::byText))
                        : Mono.just(start(point.ids().size(), point.text()));
        return start.flatMapMany(found -> joined(found, rest))
                .onErrorResume(
                        ToldBefore.OtherText.class,
                        _ -> byText().flatMapMany(anew -> joined(anew, rest)));
    }

    private Flux<RunFrame> joined(Start start, Function<Start, Flux<RunFrame>> rest) {
        return Flux.defer(
                () -> {
                    Flux<RunFrame> frames = reading.read(rest.apply(start), start.said());
                    Visible known = reading.visible(start.said());
                    if (known.equals(told)) {
                        return frames;
                    }
                    ToldBefore again =
                            new ToldBefore(
                                    told.thinking().substring(known.thinking().length()),
                                    told.text().substring(known.text().length()));
                    return frames.map(frame -> beyond(again, frame));
                });
    }

    /** The last point, from that number of tokens on, at which nothing is held back. */
    private Mono<Start> back(int count) {
        if (count < 0 || count < point.ids().size() - FURTHEST_BACK) {
            return Mono.empty();
        }
        return texts.text(point.ids().subList(0, count))
                .flatMap(
                        said -> {
                            Visible known = reading.visible(said);
                            if (said.endsWith(HALF_A_CHARACTER)) {
                                return back(count - 1);
                            }
                            if (known.begins(told)) {
                                return Mono.just(start(count, said));
                            }
                            return told.begins(known) ? back(count - 1) : Mono.empty();
                        });
    }

    private Start start(int count, String said) {
        return new Start(point.ids().subList(0, count), said, count, true);
    }

    private Mono<Start> byText() {
        String said = reading.said(told);
        return texts.plainTokens(said)
                .map(ids -> new Start(TokenIds.list(ids), said, point.answered(), false));
    }

    private static RunFrame beyond(ToldBefore before, RunFrame frame) {
        return switch (frame) {
            case RunFrame.Piece piece -> before.beyond(piece);
            case RunFrame.End end -> {
                before.ended();
                yield end;
            }
            case RunFrame.Head _,
                    RunFrame.Progress _,
                    RunFrame.Fail _,
                    RunFrame.Rendered _,
                    RunFrame.Vector _ ->
                    frame;
        };
    }
}
