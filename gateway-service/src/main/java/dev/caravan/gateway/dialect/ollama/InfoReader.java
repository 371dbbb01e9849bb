package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.gateway.app.models.NewModel;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Reads what a body of {@code POST /api/create} says that the model's config is to say. */
final class InfoReader {

    private InfoReader() {}

    static NewModel.Config read(GoObject body) {
        Map<String, JsonNode> info = body.map("info");
        return new NewModel.Config(
                body.textOrEmpty("renderer"),
                body.textOrEmpty("parser"),
                body.textOrEmpty("requires"),
                capabilities(info),
                text(info, "model_family"),
                text(info, "base_name"),
                text(info, "quantization_level"),
                text(info, "parameter_size"),
                number(info, "context_length"),
                number(info, "embedding_length"));
    }

    /** Anything but texts in a list is passed over, as in Ollama. */
    private static List<String> capabilities(Map<String, JsonNode> info) {
        JsonNode value = info.get("capabilities");
        return value == null || !value.isArray()
                ? List.of()
                : value.valueStream()
                        .filter(JsonNode::isString)
                        .map(JsonNode::stringValue)
                        .toList();
    }

    private static String text(Map<String, JsonNode> info, String field) {
        JsonNode value = info.get(field);
        if (value == null) {
            return "";
        }
        if (!value.isString()) {
            throw invalid(field, "a string");
        }
        return value.stringValue();
    }

    private static int number(Map<String, JsonNode> info, String field) {
        JsonNode value = info.get(field);
        if (value == null) {
            return 0;
        }
        if (!value.isNumber()) {
            throw invalid(field, "a number");
        }
        double number = value.doubleValue();
        if (number < 0 || number != Math.rint(number) || number > Integer.MAX_VALUE) {
            throw invalid(field, "a non-negative integer");
        }
        return (int) number;
    }

    private static CaravanException invalid(String field, String expected) {
        return new CaravanException(
                FaultCode.INVALID_REQUEST,
                "info field \"%s\" must be %s".formatted(field, expected));
    }
}
