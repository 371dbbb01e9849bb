package dev.caravan.worker.adapter.store;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.gguf.GgufException;
import dev.caravan.gguf.GgufFault;
import dev.caravan.gguf.GgufFile;
import dev.caravan.gguf.GgufReader;
import java.io.IOException;
import java.nio.file.Path;

/** What a GGUF file is for, in the last word of its layer's media type. */
enum FileKind {
    MODEL("model"),
    ADAPTER("adapter"),
    PROJECTOR("projector");

    private final String layer;

    FileKind(String layer) {
        this.layer = layer;
    }

    String mediaType() {
        return Manifest.LAYER_TYPE + layer;
    }

    String layer() {
        return layer;
    }

    /**
     * Looks into a file.
     *
     * @param name that it came with
     * @throws CaravanException in Ollama's words where it is no GGUF file
     */
    static FileKind of(String name, Path file) {
        return of(head(name, file));
    }

    /** The same file's head. */
    static GgufFile head(String name, Path file) {
        if (name.endsWith(".safetensors")) {
            throw invalid(
                    "%s: safetensors are not read (expected: a GGUF file; llama.cpp's convert_hf_to_gguf.py makes one)"
                            .formatted(name));
        }
        try {
            return new GgufReader().read(file);
        } catch (GgufException broken) {
            boolean other =
                    broken.fault() == GgufFault.NOT_GGUF || broken.fault() == GgufFault.EMPTY;
            throw invalid(
                    !other
                            ? "GGUF file %s: %s".formatted(broken.fault(), broken.getMessage())
                            : name.endsWith(".gguf")
                                    ? WeightsReader.NOT_GGUF + ": " + broken.getMessage()
                                    : "unknown type");
        } catch (IOException failed) {
            throw new CaravanException(
                    FaultCode.INTERNAL, "cannot read %s: %s".formatted(file, failed), failed);
        }
    }

    private static FileKind of(GgufFile head) {
        String type = head.text("general.type").orElse("");
        boolean sees =
                head.flag("clip.has_vision_encoder").orElse(false)
                        || head.flag("clip.has_audio_encoder").orElse(false);
        return switch (type) {
            case "adapter" -> ADAPTER;
            case "projector", "mmproj" -> PROJECTOR;
            default ->
                    sees && head.text("general.architecture").orElse("").equals("clip")
                            ? PROJECTOR
                            : MODEL;
        };
    }

    private static CaravanException invalid(String text) {
        return new CaravanException(FaultCode.INVALID_REQUEST, text);
    }
}
