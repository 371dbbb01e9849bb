package dev.caravan.worker.adapter.store;

import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.gguf.GgufException;
import dev.caravan.gguf.GgufFacts;
import dev.caravan.gguf.GgufFault;
import dev.caravan.gguf.GgufFile;
import dev.caravan.gguf.GgufReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads what a GGUF file says of itself; only its head is touched. */
final class WeightsReader {

    /** Ollama's words, which clients know; what was found follows them. */
    static final String NOT_GGUF = "supplied file was not in GGUF format";

    private WeightsReader() {}

    static WeightsCache.Outcome read(Path file) {
        try {
            GgufFile head = new GgufReader().read(file);
            return new WeightsCache.Read(weights(head, GgufFacts.of(head)));
        } catch (GgufException broken) {
            return new WeightsCache.Broken(text(broken));
        } catch (IOException failed) {
            return new WeightsCache.Broken("cannot read %s: %s".formatted(file, failed));
        }
    }

    /** Why no engine may see the file, be it a model, a projector or an adapter. */
    static Optional<String> fault(Path file) {
        try {
            new GgufReader().read(file);
            return Optional.empty();
        } catch (GgufException broken) {
            return Optional.of(text(broken));
        } catch (IOException failed) {
            return Optional.of("cannot read %s: %s".formatted(file, failed));
        }
    }

    private static String text(GgufException broken) {
        boolean noGguf = broken.fault() == GgufFault.NOT_GGUF || broken.fault() == GgufFault.EMPTY;
        return (noGguf ? NOT_GGUF : "GGUF file " + broken.fault()) + ": " + broken.getMessage();
    }

    private static Weights weights(GgufFile head, GgufFacts facts) {
        return new Weights(
                new ModelFacts(
                        facts.layers(),
                        new ByteSize(facts.bytes().total()),
                        facts.attention().cacheBytesPerToken(),
                        facts.trainedContext(),
                        facts.embeddingLength(),
                        facts.bytes().layers().stream().map(ByteSize::new).toList(),
                        new ByteSize(facts.bytes().outputOnDevice())),
                facts.architecture(),
                facts.parameters().toString(),
                facts.fileType(),
                facts.trainedContext(),
                facts.embeddingLength(),
                facts.chatTemplate(),
                capabilities(head, facts));
    }

    private static List<String> capabilities(GgufFile head, GgufFacts facts) {
        List<String> found = new ArrayList<>();
        found.add(facts.pooling().isPresent() ? "embedding" : "completion");
        if (facts.visionLayers().isPresent()) {
            found.add("vision");
        }
        if (head.value(facts.architecture() + ".audio.block_count").isPresent()) {
            found.add("audio");
        }
        return found;
    }
}
