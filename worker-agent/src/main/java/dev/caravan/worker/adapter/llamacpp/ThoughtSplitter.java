package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.run.RunFrame;
import dev.caravan.template.ThinkingTags;
import dev.caravan.worker.adapter.llamacpp.Reading.Visible;
import java.util.List;

/**
 * Tells a model's reasoning from its answer by the tags around it, as Ollama does: reasoning comes
 * first or not at all, white space behind each of the tags is dropped, and text that may be the
 * beginning of a tag waits for what follows.
 */
final class ThoughtSplitter {

    private enum Where {
        BEFORE,
        THINKING,
        AFTER,
        ANSWER
    }

    private final ThinkingTags tags;
    private final StringBuilder held = new StringBuilder();
    private final StringBuilder thinking = new StringBuilder();
    private final StringBuilder answer = new StringBuilder();
    private Where where;
    private boolean fresh = true;
    private long next;

    /**
     * @param prompt may open the reasoning itself
     */
    ThoughtSplitter(ThinkingTags tags, String prompt) {
        this.tags = tags;
        this.where = isOpen(tags, prompt) ? Where.THINKING : Where.BEFORE;
    }

    static boolean isOpen(ThinkingTags tags, String prompt) {
        return prompt.stripTrailing().endsWith(tags.opening());
    }

    /** What is told of the beginning of an answer; its rest may follow. */
    Visible split(String said) {
        held.append(said);
        sort();
        Visible told = new Visible(thinking.toString(), answer.toString());
        thinking.setLength(0);
        answer.setLength(0);
        return told;
    }

    List<RunFrame> accept(RunFrame frame) {
        return switch (frame) {
            case RunFrame.Piece piece -> {
                held.append(piece.text());
                sort();
                next = piece.sequence() + 1;
                yield List.of(told(piece));
            }
            case RunFrame.End end when !held.isEmpty() -> {
                (where == Where.THINKING ? thinking : answer).append(held);
                held.setLength(0);
                yield List.of(told(new RunFrame.Piece(next, "", List.of(), true)), end);
            }
            default -> List.of(frame);
        };
    }

    private RunFrame.Piece told(RunFrame.Piece piece) {
        RunFrame.Piece told =
                new RunFrame.Piece(
                        piece.sequence(),
                        answer.toString(),
                        piece.ids(),
                        piece.idsComplete(),
                        thinking.toString(),
                        piece.toolCalls(),
                        piece.logprobs());
        answer.setLength(0);
        thinking.setLength(0);
        return told;
    }

    private void sort() {
        Where before;
        do {
            before = where;
            switch (where) {
                case BEFORE -> open();
                case THINKING -> think();
                case AFTER -> {
                    dropLeadingSpace();
                    where = held.isEmpty() ? Where.AFTER : Where.ANSWER;
                }
                case ANSWER -> {
                    answer.append(held);
                    held.setLength(0);
                }
            }
        } while (where != before);
    }

    private void open() {
        String text = held.toString().stripLeading();
        if (text.startsWith(tags.opening())) {
            held.replace(0, held.length(), text.substring(tags.opening().length()));
            where = Where.THINKING;
        } else if (!tags.opening().startsWith(text)) {
            where = Where.ANSWER;
        }
    }

    private void think() {
        if (fresh) {
            dropLeadingSpace();
        }
        int end = held.indexOf(tags.closing());
        if (end >= 0) {
            thinking.append(held, 0, end);
            held.delete(0, end + tags.closing().length());
            where = Where.AFTER;
            return;
        }
        int sure = held.length() - unsure();
        thinking.append(held, 0, sure);
        fresh &= sure == 0;
        held.delete(0, sure);
    }

    /** Characters at the end that may begin the closing tag. */
    private int unsure() {
        int length = Math.min(held.length(), tags.closing().length() - 1);
        while (length > 0 && !tags.closing().startsWith(held.substring(held.length() - length))) {
            length--;
        }
        return length;
    }

    private void dropLeadingSpace() {
        held.replace(0, held.length(), held.toString().stripLeading());
    }
}
