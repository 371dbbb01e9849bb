package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;

/** Reads a body of {@code POST /api/show}. */
public final class ShowReader {

    /** The Go struct that error texts name. */
    public static final String TYPE = "ShowRequest";

    private ShowReader() {}

    /**
     * @param verbose large arrays too
     */
    public record ShowCall(ModelRef name, boolean verbose) {}

    public static ShowCall read(GoObject body) {
        String name =
                body.text("model").filter(text -> !text.isEmpty()).orElse(body.textOrEmpty("name"));
        if (name.isEmpty()) {
            throw new CaravanException(FaultCode.INVALID_REQUEST, "model is required");
        }
        return new ShowCall(
                ModelRef.parse(name)
                        .orElseThrow(
                                () ->
                                        new CaravanException(
                                                FaultCode.INVALID_REQUEST, "invalid model name")),
                body.flag("verbose").orElse(false));
    }
}
