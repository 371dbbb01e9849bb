package dev.caravan.gateway.api.document;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.springframework.web.util.HtmlUtils;
import tools.jackson.databind.JsonNode;

/** The document as one page without scripts: routes by their kind, then the schemas. */
final class OpenApiPage {

    private static final Set<String> METHODS = Set.of("get", "head", "post", "put", "delete");

    private static final String STYLE =
            "body{font:15px/1.5 system-ui,sans-serif;max-width:72em;margin:2em auto;padding:0 1em;"
                    + "color-scheme:light dark}table{border-collapse:collapse;width:100%;margin:.5em 0 1.5em}"
                    + "td,th{text-align:left;vertical-align:top;padding:.25em .75em;border-top:1px solid #8884}"
                    + "code{font-family:ui-monospace,monospace}";

    private final JsonNode document;
    private final StringBuilder html = new StringBuilder();

    OpenApiPage(JsonNode document) {
        this.document = document;
    }

    String html() {
        JsonNode info = document.path("info");
        html.append(
                        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Caravan API</title><style>")
                .append(STYLE)
                .append("</style><h1>")
                .append(text(info.path("title")))
                .append(" API ")
                .append(text(info.path("version")))
                .append("</h1><p>")
                .append(text(info.path("description")))
                .append("</p><p>For programs: <a href=\"openapi.json\">openapi.json</a></p>");
        document.path("tags").forEach(this::section);
        html.append("<h2>Schemas</h2>");
        document.path("components").path("schemas").properties().forEach(this::schema);
        return html.append("</html>").toString();
    }

    private void section(JsonNode tag) {
        html.append("<h2>").append(text(tag.path("description"))).append("</h2><table>");
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
                if (METHODS.contains(method.getKey())
                        && method.getValue().path("tags").get(0).equals(tag.path("name"))) {
                    row(method.getKey(), path.getKey(), method.getValue());
                }
            }
        }
        html.append("</table>");
    }

    private void row(String method, String path, JsonNode operation) {
        html.append("<tr><td><code>")
                .append(method.toUpperCase(Locale.ROOT))
                .append(' ')
                .append(HtmlUtils.htmlEscape(path))
                .append("</code><td>")
                .append(text(operation.path("summary")))
                .append("<td>");
        operation
                .findValuesAsString("$ref")
                .forEach(
                        reference -> {
                            String name = reference.substring(reference.lastIndexOf('/') + 1);
                            html.append("<a href=\"#%1$s\">%1$s</a> ".formatted(name));
                        });
    }

    private void schema(Map.Entry<String, JsonNode> named) {
        JsonNode schema = named.getValue();
        html.append("<h3 id=\"%1$s\">%1$s</h3>".formatted(named.getKey()))
                .append("<p>")
                .append(text(schema.path("description")))
                .append("</p><table>");
        for (Map.Entry<String, JsonNode> field : schema.path("properties").properties()) {
            html.append("<tr><td><code>")
                    .append(HtmlUtils.htmlEscape(field.getKey()))
                    .append("</code><td>")
                    .append(type(field.getValue()))
                    .append("<td>")
                    .append(text(field.getValue().path("description")));
        }
        html.append("</table>");
    }

    private static String type(JsonNode schema) {
        if (schema.has("$ref")) {
            String reference = schema.path("$ref").asString();
            String name = reference.substring(reference.lastIndexOf('/') + 1);
            return "<a href=\"#%1$s\">%1$s</a>".formatted(name);
        }
        return schema.path("type").asString("").equals("array")
                ? "list of " + type(schema.path("items"))
                : text(schema.path("type"));
    }

    private static String text(JsonNode node) {
        return HtmlUtils.htmlEscape(node.asString(""));
    }
}
