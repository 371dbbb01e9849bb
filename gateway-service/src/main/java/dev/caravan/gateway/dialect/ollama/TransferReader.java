package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.model.ModelRef;
import java.util.Locale;
import java.util.Optional;

/** Reads the bodies of {@code /api/pull}, {@code push}, {@code delete} and {@code copy}. */
public final class TransferReader {

    private static final String LOCAL = ":local";
    private static final String CLOUD = ":cloud";

    private TransferReader() {}

    /**
     * @param stream one line a step, else only the last
     */
    public record TransferCall(ModelRef name, boolean insecure, boolean stream) {}

    /**
     * @param sent as the client wrote it, for error texts
     */
    public record SentName(ModelRef name, String sent) {}

    public record CopyCall(SentName source, ModelRef destination) {}

    public static TransferCall pull(GoObject body) {
        return transfer(
                body, parse(sent(body)).orElseThrow(() -> Refusals.invalid("invalid model name")));
    }

    public static TransferCall push(GoObject body) {
        String sent = required(body);
        return transfer(
                body, parse(sent).orElseThrow(() -> Refusals.invalid("unqualified name: " + sent)));
    }

    private static TransferCall transfer(GoObject body, ModelRef name) {
        return new TransferCall(
                name, body.flag("insecure").orElse(false), body.flag("stream").orElse(true));
    }

    public static SentName delete(GoObject body) {
        return named(required(body), "name");
    }

    public static CopyCall copy(GoObject body) {
        return new CopyCall(
                named(body.textOrEmpty("source"), "source"),
                named(body.textOrEmpty("destination"), "destination").name());
    }

    private static SentName named(String sent, String what) {
        return new SentName(
                parse(sent)
                        .orElseThrow(
                                () ->
                                        Refusals.invalid(
                                                "%s \"%s\" is invalid".formatted(what, sent))),
                sent);
    }

    private static String required(GoObject body) {
        String sent = sent(body);
        if (sent.isEmpty()) {
            throw Refusals.invalid("model is required");
        }
        return sent;
    }

    /** Clients of all ages: the newer field, or the older where that is empty. */
    private static String sent(GoObject body) {
        return body.text("model").filter(text -> !text.isEmpty()).orElse(body.textOrEmpty("name"));
    }

    /** The suffix that says where a model is to run is not part of its name. */
    private static Optional<ModelRef> parse(String sent) {
        String name = sent.strip();
        String lower = name.toLowerCase(Locale.ROOT);
        if (!lower.endsWith(LOCAL)) {
            return ModelRef.parse(name);
        }
        String rest = name.substring(0, name.length() - LOCAL.length());
        if (rest.toLowerCase(Locale.ROOT).endsWith(CLOUD)) {
            throw Refusals.invalid("use either :local or :cloud, not both: \"%s\"".formatted(sent));
        }
        return ModelRef.parse(rest);
    }
}
