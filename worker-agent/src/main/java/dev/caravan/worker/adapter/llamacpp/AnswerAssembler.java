package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.run.RunFrame;
import org.reactivestreams.Publisher;

/** Turns the events of one answer into frames. */
interface AnswerAssembler {

    /** The frames that the event gives; events are taken in order, one after the other. */
    Publisher<RunFrame> accept(EngineEvent event);

    /** Whether the last frame has been made. */
    boolean isEnded();
}
