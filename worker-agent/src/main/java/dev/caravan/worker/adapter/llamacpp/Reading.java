package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.run.RunFrame;
import dev.caravan.template.ThinkingTags;
import reactor.core.publisher.Flux;

/** How what a model says is told to a client: as it is, or with its reasoning told apart. */
sealed interface Reading {

    /** What a client has of an answer. */
    record Visible(String thinking, String text) {

        /** Whether the other one begins with this one. */
        boolean begins(Visible other) {
            return other.thinking().startsWith(thinking) && other.text().startsWith(text);
        }
    }

    /**
     * @param said what the model said before the first of the frames
     */
    Flux<RunFrame> read(Flux<RunFrame> frames, String said);

    /** What a client has when the model has said this much. */
    Visible visible(String said);

    /** Something a model may have said when a client has this. */
    String said(Visible visible);

    /** As it is. */
    record Plain() implements Reading {

        @Override
        public Flux<RunFrame> read(Flux<RunFrame> frames, String said) {
            return frames;
        }

        @Override
        public Visible visible(String said) {
            return new Visible("", said);
        }

        @Override
        public String said(Visible visible) {
            return visible.text();
        }
    }

    /**
     * With its reasoning told apart by the tags around it.
     *
     * @param prompt may open the reasoning itself
     */
    record Tagged(ThinkingTags tags, String prompt) implements Reading {

        @Override
        public Flux<RunFrame> read(Flux<RunFrame> frames, String said) {
            return Flux.defer(
                    () -> {
                        ThoughtSplitter splitter = new ThoughtSplitter(tags, prompt);
                        splitter.split(said);
                        return frames.concatMapIterable(splitter::accept);
                    });
        }

        @Override
        public Visible visible(String said) {
            return new ThoughtSplitter(tags, prompt).split(said);
        }

        @Override
        public String said(Visible visible) {
            if (visible.thinking().isEmpty()) {
                return visible.text();
            }
            String opening = ThoughtSplitter.isOpen(tags, prompt) ? "" : tags.opening();
            String closing =
                    visible.text().isEmpty() ? "" : tags.closing() + "\n\n" + visible.text();
            return opening + "\n" + visible.thinking() + closing;
        }
    }
}
