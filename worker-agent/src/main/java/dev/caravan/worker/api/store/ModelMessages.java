package dev.caravan.worker.api.store;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.model.ModelRunner;
import dev.caravan.core.run.OptionValues;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.FactsMessage;
import dev.caravan.wire.ModelDetails;
import dev.caravan.worker.app.store.StoredModel;
import dev.caravan.worker.app.store.StoredModel.Description;
import dev.caravan.worker.mapping.PolicyMessages;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A stored model as it is told to others. */
public final class ModelMessages {

    private ModelMessages() {}

    public static AgentReport.Model of(StoredModel model) {
        return new AgentReport.Model(
                model.name().display(),
                model.digest().hex(),
                model.size(),
                model.modifiedAt().toEpochMilli(),
                details(model.description()),
                model.capabilities(),
                model.facts().map(facts -> facts(model, facts)).orElse(null),
                PolicyMessages.of(model.policy()),
                model.fault().orElse(null),
                model.engine() == ModelRunner.LLAMA_CPP ? null : model.engine().label());
    }

    private static ModelDetails details(Description description) {
        return new ModelDetails(
                "",
                description.format(),
                description.family(),
                description.families(),
                description.parameterSize(),
                description.quantization(),
                description.contextLength() == 0 ? null : description.contextLength(),
                description.embeddingLength() == 0 ? null : description.embeddingLength());
    }

    private static FactsMessage facts(StoredModel model, ModelFacts facts) {
        return new FactsMessage(
                facts.layers(),
                facts.weights().bytes(),
                facts.kvBytesPerToken(),
                facts.trainedContext(),
                facts.embeddingLength(),
                facts.layerWeights().stream().map(ByteSize::bytes).toList(),
                facts.outputWeights().bytes(),
                preset(model));
    }

    /** Nothing where it cannot be read: each request is told why. */
    private static @Nullable Integer preset(StoredModel model) {
        OptionalInt context;
        try {
            context = new OptionValues(model.params()).context();
        } catch (CaravanException wrong) {
            return null;
        }
        return context.isPresent() && context.getAsInt() > 0 ? context.getAsInt() : null;
    }
}
