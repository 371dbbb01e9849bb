package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.cluster.ModelEntry;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * What a model cannot do, in Ollama's words; and what a model could do but this release cannot, in
 * ours, so that no wish is dropped in silence.
 */
final class Refusals {

    private static final Set<String> LEVELS = Set.of("high", "medium", "low", "max");

    private Refusals() {}

    static CaravanException invalid(String text) {
        return new CaravanException(FaultCode.INVALID_REQUEST, text);
    }

    static CaravanException notYet(String field, String wayOut) {
        return invalid(
                "%s is not supported by this release of Caravan (%s)".formatted(field, wayOut));
    }

    /**
     * @param verb "generate" or "chat"
     */
    static void unlessCompletes(ModelEntry model, String sent, String verb) {
        if (!model.capabilities().contains("completion")) {
            throw invalid("\"%s\" does not support %s".formatted(sent, verb));
        }
    }

    /** Ollama shows the full name for these. */
    static void lacking(ModelEntry model, String capability, String field) {
        if (!model.capabilities().contains(capability)) {
            throw invalid("%s does not support %s".formatted(model.name().full(), capability));
        }
        throw notYet(field, "leave it out");
    }

    static void images(ModelEntry model) {
        if (!model.capabilities().contains("vision")) {
            throw invalid(
                    "Multimodal data provided, but model does not support multimodal requests.");
        }
        throw notYet("images", "leave them out");
    }

    /** Refuses where thinking is wished for. */
    static void thinking(GoObject request, ModelEntry model, String sent) {
        boolean wished = request.value("think").map(Refusals::isWished).orElse(false);
        if (!wished) {
            return;
        }
        if (!model.capabilities().contains("thinking")) {
            throw invalid("\"%s\" does not support thinking".formatted(sent));
        }
        throw notYet("think", "leave it out or send false");
    }

    /** Part of decoding, so it is checked before the model is looked up. */
    static void malformedThink(GoObject request) {
        request.value("think").ifPresent(Refusals::isWished);
    }

    static void logprobs(GoObject request) {
        long top = request.integer("top_logprobs").orElse(0L);
        if (top < 0 || top > 20) {
            throw invalid("top_logprobs must be between 0 and 20");
        }
        if (request.flag("logprobs").orElse(false)) {
            throw notYet("logprobs", "leave it out");
        }
    }

    static void debugging(GoObject request) {
        if (request.flag("_debug_render_only").orElse(false)) {
            throw notYet("_debug_render_only", "leave it out");
        }
    }

    private static boolean isWished(JsonNode think) {
        if (think.isBoolean()) {
            return think.booleanValue();
        }
        if (!think.isString()) {
            throw invalid(
                    "think must be a boolean or string (\"high\", \"medium\", \"low\", \"max\", true, or false)");
        }
        if (!LEVELS.contains(think.stringValue())) {
            throw invalid(
                    "invalid think value: \"%s\" (must be \"high\", \"medium\", \"low\", \"max\", true, or false)"
                            .formatted(think.stringValue()));
        }
        return true;
    }
}
