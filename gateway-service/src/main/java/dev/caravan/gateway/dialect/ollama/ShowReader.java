package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.model.ModelRef;
import java.util.Optional;

/** Reads a body of {@code POST /api/show}. */
public final class ShowReader {

    /** The Go struct that error texts name. */
    public static final String TYPE = "ShowRequest";

    private ShowReader() {}

    /**
     * @param sent the name as it was spelt
     * @param verbose arrays too
     * @param system shown in place of the model's own
     */
    public record ShowCall(String sent, ModelRef name, boolean verbose, Optional<String> system) {}

    public static ShowCall read(GoObject body) {
        String name =
                body.text("model").filter(text -> !text.isEmpty()).orElse(body.textOrEmpty("name"));
        boolean verbose = body.flag("verbose").orElse(false);
        Optional<String> system = body.text("system").filter(text -> !text.isEmpty());
        body.textOrEmpty("template");
        body.map("options");
        if (name.isBlank()) {
            throw Refusals.invalid("model is required");
        }
        return new ShowCall(
                name, SentModel.of(name).here("remote model details are"), verbose, system);
    }
}
