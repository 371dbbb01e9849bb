package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.cluster.ModelEntry;
import dev.caravan.core.run.Thinking;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** {@code think}: a boolean or a level; a model that can think does where nothing is said. */
final class Thinkings {

    private static final Set<String> LEVELS = Set.of("high", "medium", "low", "max");

    private Thinkings() {}

    /** What is asked for; part of decoding, so it is read before the model is looked up. */
    static Optional<Thinking> read(GoObject request) {
        return request.value("think").map(Thinkings::read);
    }

    private static Thinking read(JsonNode think) {
        if (think.isBoolean()) {
            return think.booleanValue() ? Thinking.ON : Thinking.OFF;
        }
        if (!think.isString()) {
            throw Refusals.invalid(
                    "think must be a boolean or string (\"high\", \"medium\", \"low\", \"max\", true, or false)");
        }
        if (!LEVELS.contains(think.stringValue())) {
            throw Refusals.invalid(
                    "invalid think value: %s (must be \"high\", \"medium\", \"low\", \"max\", true, or false)"
                            .formatted(GoText.quoted(think.stringValue())));
        }
        return new Thinking(true, think.stringValue());
    }

    /**
     * What holds for this model; empty where it cannot think.
     *
     * @param sent the model as the client spelt it
     */
    static Optional<Thinking> of(Optional<Thinking> asked, ModelEntry model, String sent) {
        if (model.capabilities().contains("thinking")) {
            return Optional.of(asked.orElse(Thinking.ON));
        }
        if (asked.map(Thinking::on).orElse(false)) {
            throw Refusals.invalid(GoText.quoted(sent) + " does not support thinking");
        }
        return Optional.empty();
    }
}
