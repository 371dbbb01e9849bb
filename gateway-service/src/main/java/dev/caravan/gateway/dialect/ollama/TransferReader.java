package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.model.ModelRef;
import java.util.Optional;

/** Reads the bodies of {@code /api/pull}, {@code push}, {@code delete} and {@code copy}. */
public final class TransferReader {

    private TransferReader() {}

    /**
     * @param stream one line a step, else only the last
     */
    public record PullCall(ModelRef name, boolean insecure, boolean stream) {}

    /**
     * @param sent as the client wrote it, for error texts
     */
    public record SentName(ModelRef name, String sent) {}

    public record CopyCall(SentName source, ModelRef destination) {}

    /**
     * @param name empty where what was sent is no name
     * @param sent all parts of the name, as Ollama shows one that it cannot push
     */
    public record PushCall(
            Optional<ModelRef> name, String sent, boolean insecure, boolean stream) {}

    public static PullCall pull(GoObject body) {
        boolean insecure = insecure(body);
        boolean stream = body.flag("stream").orElse(true);
        String sent = sent(body);
        return new PullCall(
                Optional.of(sent)
                        .filter(text -> !text.isBlank())
                        .flatMap(text -> SentModel.of(text).stored())
                        .orElseThrow(() -> Refusals.invalid("invalid model name")),
                insecure,
                stream);
    }

    public static PushCall push(GoObject body) {
        boolean insecure = insecure(body);
        boolean stream = body.flag("stream").orElse(true);
        String sent = sent(body);
        if (sent.isEmpty()) {
            throw Refusals.invalid("model is required");
        }
        return new PushCall(asItStands(sent), full(sent), insecure, stream);
    }

    /** Whether a registry is spoken to over plain HTTP; clients of old sent more. */
    private static boolean insecure(GoObject body) {
        body.text("username");
        body.text("password");
        return body.flag("insecure").orElse(false);
    }

    /** The defaults around whatever was sent. */
    private static String full(String sent) {
        int slashes = (int) sent.chars().filter(character -> character == '/').count();
        String host = slashes > 1 ? "" : ModelRef.DEFAULT_HOST + "/";
        String namespace = slashes > 0 ? "" : ModelRef.DEFAULT_NAMESPACE + "/";
        boolean tagged = sent.lastIndexOf(':') > sent.lastIndexOf('/');
        return host + namespace + sent + (tagged ? "" : ":" + ModelRef.DEFAULT_TAG);
    }

    public static SentName delete(GoObject body) {
        String sent = sent(body);
        if (sent.isBlank()) {
            throw Refusals.invalid("model is required");
        }
        return new SentName(
                SentModel.of(sent).stored().orElseThrow(() -> invalid("name", sent)), sent);
    }

    public static CopyCall copy(GoObject body) {
        String source = body.textOrEmpty("source");
        String destination = body.textOrEmpty("destination");
        ModelRef from = asItStands(source).orElseThrow(() -> invalid("source", source));
        ModelRef to =
                asItStands(destination).orElseThrow(() -> invalid("destination", destination));
        return new CopyCall(new SentName(from, source), to);
    }

    private static CaravanException invalid(String what, String sent) {
        return Refusals.invalid("%s %s is invalid".formatted(what, GoText.quoted(sent)));
    }

    /** Clients of all ages: the newer field, or the older where that is empty. */
    private static String sent(GoObject body) {
        return body.text("model").filter(text -> !text.isEmpty()).orElse(body.textOrEmpty("name"));
    }

    /** Without the room around it that other routes allow. */
    private static Optional<ModelRef> asItStands(String sent) {
        return sent.equals(sent.strip()) ? ModelRef.parse(sent) : Optional.empty();
    }
}
