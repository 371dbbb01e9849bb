package dev.caravan.gateway.api.document;

import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Turns the words about one route into an OpenAPI operation. */
final class Operations {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String SCHEMAS = "#/components/schemas/";

    ObjectNode of(String method, String path, JsonNode said) {
        ObjectNode operation = head(said);
        operation.put("operationId", id(method, path));
        ArrayNode query = query(said);
        if (!query.isEmpty()) {
            operation.set("parameters", query);
        }
        if (said.has("request")) {
            operation
                    .putObject("requestBody")
                    .put("required", true)
                    .set("content", content("application/json", said.path("request").asString()));
        }
        if (said.path("bytes").asBoolean(false)) {
            ObjectNode schema =
                    JSON.createObjectNode().put("type", "string").put("format", "binary");
            operation
                    .putObject("requestBody")
                    .putObject("content")
                    .putObject("application/octet-stream")
                    .set("schema", schema);
        }
        answers(operation, said);
        return operation;
    }

    /** As the GET beside it, without the body. */
    ObjectNode head(JsonNode said) {
        ObjectNode operation = JSON.createObjectNode();
        operation.putArray("tags").add(said.path("tag").asString());
        operation.set("summary", said.path("summary"));
        operation.putObject("responses").putObject("200").put("description", "as told");
        return operation;
    }

    private static String id(String method, String path) {
        var id = new StringBuilder(method.toLowerCase(java.util.Locale.ROOT));
        for (String word : path.split("[^A-Za-z0-9]+")) {
            if (!word.isEmpty()) {
                id.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
            }
        }
        return id.toString() + (path.endsWith("/") && path.length() > 1 ? "Folder" : "");
    }

    ArrayNode variables(Set<String> names) {
        ArrayNode parameters = JSON.createArrayNode();
        for (String name : names) {
            parameters.add(parameter("path", name).put("required", true));
        }
        return parameters;
    }

    private static ArrayNode query(JsonNode said) {
        ArrayNode parameters = JSON.createArrayNode();
        for (Map.Entry<String, JsonNode> each : said.path("query").properties()) {
            parameters.add(
                    parameter("query", each.getKey())
                            .put("description", each.getValue().asString()));
        }
        return parameters;
    }

    private static ObjectNode parameter(String place, String name) {
        ObjectNode parameter = JSON.createObjectNode().put("name", name).put("in", place);
        parameter.putObject("schema").put("type", "string");
        return parameter;
    }

    private static void answers(ObjectNode operation, JsonNode said) {
        ObjectNode answers = operation.putObject("responses");
        ObjectNode good =
                answers.putObject(said.path("status").asString("200"))
                        .put("description", "as told");
        if (said.has("answer")) {
            good.set("content", content("application/json", said.path("answer").asString()));
        } else if (said.has("stream")) {
            ObjectNode both = content("application/x-ndjson", said.path("stream").asString());
            both.setAll(content("application/json", said.path("stream").asString()));
            good.set("content", both);
        } else if (said.has("text")) {
            text(good, "text/plain");
        } else if (said.has("html")) {
            text(good, "text/html");
        }
        answers.putObject("default")
                .put("description", "refused or failed; why")
                .set("content", content("application/json", "Error"));
    }

    private static void text(ObjectNode answer, String type) {
        answer.putObject("content").putObject(type).putObject("schema").put("type", "string");
    }

    private static ObjectNode content(String type, String schema) {
        ObjectNode content = JSON.createObjectNode();
        content.putObject(type).putObject("schema").put("$ref", SCHEMAS + schema);
        return content;
    }
}
