package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.fault.EngineRefusal;
import dev.caravan.core.run.OutputFormat;
import tools.jackson.databind.JsonNode;

/** {@code format}: absent, "json", or a JSON schema. */
final class FormatReader {

    private static final int FAILED = 500;

    private FormatReader() {}

    static OutputFormat read(GoObject request) {
        return request.value("format").map(FormatReader::read).orElseGet(OutputFormat.Text::new);
    }

    private static OutputFormat read(JsonNode value) {
        if (value.isObject()) {
            return new OutputFormat.Schema(value.toString());
        }
        if (value.isString() && value.stringValue().isEmpty()) {
            return new OutputFormat.Text();
        }
        if (value.isString() && value.stringValue().equals("json")) {
            return new OutputFormat.Json();
        }
        String raw = value.toString().replace("\\", "\\\\").replace("\"", "\\\"");
        // In Ollama this is found where the engine is asked, not before.
        throw new EngineRefusal(
                FAILED,
                "invalid format: \"%s\"; expected \"json\" or a valid JSON Schema object"
                        .formatted(raw));
    }
}
