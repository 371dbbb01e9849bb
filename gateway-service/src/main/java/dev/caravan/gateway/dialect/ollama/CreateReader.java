package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelRef;
import dev.caravan.gateway.app.models.NewModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads a body of {@code POST /api/create}. A wish that is not served is refused by the field's
 * name and not dropped in silence.
 */
public final class CreateReader {

    /** The Go struct that error texts name. */
    public static final String TYPE = "CreateRequest";

    private static final List<String> NOT_SERVED = List.of("draft_files", "remote_host");

    /** Looked at later, but of the right type from the first. */
    private static final List<String> TEXTS =
            List.of(
                    "template",
                    "system",
                    "quantize",
                    "quantization",
                    "renderer",
                    "parser",
                    "requires");

    private static final List<String> MESSAGE_TEXTS =
            List.of("thinking", "tool_name", "tool_call_id");

    private static final List<String> MESSAGE_LISTS = List.of("images", "tool_calls");

    private CreateReader() {}

    /**
     * @param model what Ollama looks at when it has begun to answer; may be refused
     * @param stream one line a step, else only the last
     * @param insecure a model that is to be pulled first comes over plain HTTP
     */
    public record CreateCall(Supplier<NewModel> model, boolean stream, boolean insecure) {}

    public static CreateCall read(GoObject body) {
        Map<String, String> files = body.textMap("files");
        Map<String, String> adapters = body.textMap("adapters");
        List<Map<String, ?>> messages = messages(body);
        Map<String, ?> parameters = plain(body.map("parameters"));
        String from = body.textOrEmpty("from");
        TEXTS.forEach(body::text);
        body.map("info");
        files.keySet().forEach(CreateReader::checkPath);
        Stream.concat(files.values().stream(), adapters.values().stream())
                .forEach(CreateReader::checkDigest);
        ModelRef name =
                name(
                        body.text("model")
                                .filter(text -> !text.isEmpty())
                                .orElse(body.textOrEmpty("name")));
        refuse(body);
        return new CreateCall(
                () ->
                        new NewModel(
                                name,
                                source(from, body.has("files"), files.isEmpty()),
                                from.isEmpty() ? blobs(files) : Map.of(),
                                blobs(adapters),
                                texts(body),
                                parameters,
                                messages,
                                said(body, "quantize").or(() -> said(body, "quantization")),
                                InfoReader.read(body),
                                continuation(body)),
                body.flag("stream").orElse(true),
                ours(body).flag("insecure").orElse(false));
    }

    private static GoObject ours(GoObject body) {
        return body.object("caravan", "api.CaravanOptions");
    }

    private static Optional<ModelRef> source(String from, boolean hasFiles, boolean noFile) {
        if (!from.isEmpty()) {
            return Optional.of(base(from));
        }
        if (!hasFiles) {
            throw invalid("neither 'from' or 'files' was specified");
        }
        if (noFile) {
            throw invalid("unknown type");
        }
        return Optional.empty();
    }

    private static void checkPath(String path) {
        if (path.isEmpty()
                || path.startsWith("/")
                || List.of(path.split("[/\\\\]")).contains("..")) {
            throw invalid("file path must be relative");
        }
    }

    private static void checkDigest(String digest) {
        if (digest.isEmpty()) {
            throw invalid("invalid digest format");
        }
    }

    private static ModelRef base(String from) {
        return Optional.of(from)
                .filter(sent -> !sent.isBlank())
                .flatMap(sent -> SentModel.of(sent).stored())
                .orElseThrow(() -> invalid("invalid model name"));
    }

    private static ModelRef name(String text) {
        return Optional.of(text)
                .filter(sent -> sent.equals(sent.strip()))
                .flatMap(ModelRef::parse)
                .orElseThrow(() -> invalid("invalid model name"));
    }

    private static Map<String, String> blobs(Map<String, String> files) {
        Map<String, String> blobs = new LinkedHashMap<>();
        files.forEach(
                (file, digest) ->
                        blobs.put(
                                file,
                                BlobName.parse(digest)
                                        .orElseThrow(() -> invalid("invalid digest format"))));
        return blobs;
    }

    private static void refuse(GoObject body) {
        boolean drafts = body.value("draft_files").filter(CreateReader::saysSomething).isPresent();
        if (said(body, "draft_quantize").isPresent() && !drafts) {
            throw invalid("--draft-quantize requires a DRAFT model");
        }
        for (String field : NOT_SERVED) {
            if (body.value(field).filter(CreateReader::saysSomething).isPresent()) {
                throw invalid(
                        "%s is not served by Caravan (expected: a create without it)"
                                .formatted(field));
            }
        }
    }

    /** Clients send what they do not use as empty. */
    private static boolean saysSomething(JsonNode value) {
        return value.isString()
                ? !value.stringValue().isEmpty()
                : !value.isContainer() || !value.isEmpty();
    }

    private static Optional<String> said(GoObject body, String field) {
        return body.text(field).filter(text -> !text.isEmpty());
    }

    private static NewModel.Texts texts(GoObject body) {
        return new NewModel.Texts(said(body, "template"), said(body, "system"), licenses(body));
    }

    /** One text or a list of them. */
    private static List<String> licenses(GoObject body) {
        JsonNode license = body.value("license").orElse(null);
        if (license == null) {
            return List.of();
        }
        if (license.isString()) {
            return said(body, "license").stream().toList();
        }
        if (license.isArray() && license.valueStream().allMatch(JsonNode::isString)) {
            return license.valueStream().map(JsonNode::stringValue).toList();
        }
        throw invalid("unknown license type: " + GoObject.kind(license));
    }

    /** The fields that Ollama keeps of a message, in its order; empty ones are left out. */
    private static List<Map<String, ?>> messages(GoObject body) {
        return body.objects("messages", "api.Message").stream()
                .<Map<String, ?>>map(CreateReader::message)
                .toList();
    }

    private static Map<String, ?> message(GoObject message) {
        Map<String, @Nullable Object> kept = new LinkedHashMap<>();
        kept.put("role", message.textOrEmpty("role").toLowerCase(Locale.ROOT));
        kept.put("content", message.textOrEmpty("content"));
        MESSAGE_TEXTS.forEach(
                field -> said(message, field).ifPresent(text -> kept.put(field, text)));
        for (String field : MESSAGE_LISTS) {
            message.value(field)
                    .filter(list -> list.isArray() && !list.isEmpty())
                    .ifPresent(list -> kept.put(field, plain(list)));
        }
        return kept;
    }

    private static Map<String, ?> plain(Map<String, JsonNode> values) {
        Map<String, @Nullable Object> plain = new LinkedHashMap<>();
        values.forEach((name, value) -> plain.put(name, plain(value)));
        return plain;
    }

    private static @Nullable Object plain(JsonNode value) {
        return JsonMapper.shared().treeToValue(value, Object.class);
    }

    private static Continuation continuation(GoObject body) {
        try {
            return ours(body)
                    .text("continuation")
                    .map(Continuation::parse)
                    .orElse(Continuation.FLUENT);
        } catch (IllegalArgumentException unknown) {
            throw invalid("caravan." + unknown.getMessage());
        }
    }

    private static CaravanException invalid(String text) {
        return new CaravanException(FaultCode.INVALID_REQUEST, text);
    }
}
