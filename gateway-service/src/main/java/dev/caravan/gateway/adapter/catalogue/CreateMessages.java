package dev.caravan.gateway.adapter.catalogue;

import dev.caravan.core.model.ModelRef;
import dev.caravan.gateway.app.models.NewModel;
import dev.caravan.wire.CreateMessage;
import dev.caravan.wire.WireJson;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** New models as they cross between services. */
final class CreateMessages {

    private CreateMessages() {}

    static CreateMessage of(NewModel model) {
        return new CreateMessage(
                model.name().display(),
                model.files(),
                model.continuation().label(),
                model.from().map(ModelRef::display).orElse(null),
                model.adapters(),
                model.texts().template().orElse(null),
                model.texts().system().orElse(null),
                model.texts().licenses(),
                nodes(model.parameters()),
                model.messages().stream().map(CreateMessages::node).toList(),
                model.quantize().orElse(null),
                config(model.config()));
    }

    private static CreateMessage.Config config(NewModel.Config config) {
        return new CreateMessage.Config(
                config.renderer(),
                config.parser(),
                config.requires(),
                config.capabilities(),
                config.family(),
                config.baseName(),
                config.quantization(),
                config.parameterSize(),
                config.contextLength(),
                config.embeddingLength());
    }

    private static Map<String, JsonNode> nodes(Map<String, ?> values) {
        Map<String, JsonNode> nodes = new LinkedHashMap<>();
        values.forEach((name, value) -> nodes.put(name, node(value)));
        return nodes;
    }

    private static JsonNode node(@Nullable Object value) {
        return WireJson.mapper().valueToTree(value);
    }
}
