package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelRef;
import dev.caravan.gateway.app.models.NewModel;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Reads a body of {@code POST /api/create}. This release makes a model of one uploaded GGUF file; a
 * wish for more is refused by the field's name and not dropped in silence.
 */
public final class CreateReader {

    /** The Go struct that error texts name. */
    public static final String TYPE = "CreateRequest";

    private static final List<String> NOT_YET =
            List.of(
                    "from",
                    "adapters",
                    "draft_files",
                    "template",
                    "system",
                    "license",
                    "parameters",
                    "messages",
                    "quantize",
                    "quantization",
                    "draft_quantize",
                    "renderer",
                    "parser",
                    "requires",
                    "remote_host",
                    "info");

    private CreateReader() {}

    /**
     * @param stream one line a step, else only the last
     */
    public record CreateCall(NewModel model, boolean stream) {}

    public static CreateCall read(GoObject body) {
        ModelRef name =
                ModelRef.parse(
                                body.text("model")
                                        .filter(text -> !text.isEmpty())
                                        .orElse(body.textOrEmpty("name")))
                        .orElseThrow(() -> invalid("invalid model name"));
        Map<String, String> files = body.textMap("files");
        files.forEach(CreateReader::checkFile);
        for (String field : NOT_YET) {
            if (body.value(field).filter(CreateReader::saysSomething).isPresent()) {
                throw invalid(
                        "%s is not supported by this release of Caravan (expected: model and files with one GGUF file)"
                                .formatted(field));
            }
        }
        if (!body.has("files")) {
            throw invalid("neither 'from' or 'files' was specified");
        }
        if (files.isEmpty()) {
            throw invalid("unknown type");
        }
        if (files.size() > 1) {
            throw invalid(
                    "files: %s (expected: one GGUF file; join parts with llama-gguf-split --merge)"
                            .formatted(files.keySet()));
        }
        Map.Entry<String, String> file = files.entrySet().iterator().next();
        return new CreateCall(
                new NewModel(
                        name,
                        file.getKey(),
                        BlobName.parse(file.getValue())
                                .orElseThrow(() -> invalid("invalid digest format")),
                        continuation(body)),
                body.flag("stream").orElse(true));
    }

    private static void checkFile(String path, String digest) {
        if (path.startsWith("/") || List.of(path.split("[/\\\\]")).contains("..")) {
            throw invalid("file path must be relative");
        }
        if (digest.isEmpty()) {
            throw invalid("invalid digest format");
        }
    }

    /** Clients send what they do not use as empty. */
    private static boolean saysSomething(JsonNode value) {
        return value.isString()
                ? !value.stringValue().isEmpty()
                : !value.isContainer() || !value.isEmpty();
    }

    private static Continuation continuation(GoObject body) {
        GoObject ours = body.object("caravan", "api.CaravanOptions");
        try {
            return ours.text("continuation").map(Continuation::parse).orElse(Continuation.FLUENT);
        } catch (IllegalArgumentException unknown) {
            throw invalid("caravan." + unknown.getMessage());
        }
    }

    private static CaravanException invalid(String text) {
        return new CaravanException(FaultCode.INVALID_REQUEST, text);
    }
}
