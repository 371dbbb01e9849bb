package dev.caravan.worker.app.store;

import java.nio.file.Path;
import reactor.core.publisher.Flux;

/** Writes a model's weights with fewer bits each. */
public interface Quantizer {

    /**
     * @param source a GGUF file
     * @param target the new file; not there before, and of no use where this ends with an error
     * @param type such as {@code Q8_0}
     * @return the done share, 0 to 1, growing; an error names the program and its last lines; a
     *     cancel ends the program
     */
    Flux<Double> quantize(Path source, Path target, String type);
}
