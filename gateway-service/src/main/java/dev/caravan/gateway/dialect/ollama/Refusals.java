package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.cluster.ModelEntry;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;

/** What a model cannot do, in Ollama's words. */
final class Refusals {

    private Refusals() {}

    static CaravanException invalid(String text) {
        return new CaravanException(FaultCode.INVALID_REQUEST, text);
    }

    static CaravanException notFound(String text) {
        return new CaravanException(FaultCode.MODEL_NOT_FOUND, text);
    }

    /**
     * @param verb "generate" or "chat"
     */
    static void unlessCompletes(ModelEntry model, String sent, String verb) {
        if (!model.capabilities().contains("completion")) {
            throw invalid("%s does not support %s".formatted(GoText.quoted(sent), verb));
        }
    }

    /** Ollama shows the full name for these. */
    static void unlessCan(ModelEntry model, String capability) {
        if (!model.capabilities().contains(capability)) {
            throw invalid("%s does not support %s".formatted(model.name().full(), capability));
        }
    }
}
