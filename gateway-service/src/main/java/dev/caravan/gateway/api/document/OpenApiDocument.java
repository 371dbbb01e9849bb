package dev.caravan.gateway.api.document;

import dev.caravan.gateway.api.RouteTable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Puts the OpenAPI document together: which paths and methods there are says the route table, what
 * they mean says {@code openapi.yaml} beside this class, what answers look like say their records.
 */
public final class OpenApiDocument {

    private static final String WORDS = "openapi.yaml";
    private static final String SCHEMAS = "#/components/schemas/";
    private static final Pattern VARIABLE = Pattern.compile("\\{(\\w+)(?::[^/]*)?\\}(?=/|$)");
    private static final Pattern REFERENCE = Pattern.compile(SCHEMAS + "(\\w+)");

    private final JsonNode words;
    private final RecordSchemas records;
    private final Operations operations = new Operations();

    /**
     * @param answers records that answers are written from, known to the words by their simple name
     */
    public OpenApiDocument(Collection<Class<?>> answers) {
        this.words = words();
        this.records = new RecordSchemas(answers);
    }

    private static JsonNode words() {
        try (InputStream file = OpenApiDocument.class.getResourceAsStream(WORDS)) {
            Object read = new Yaml(new SafeConstructor(new LoaderOptions())).load(file);
            return JsonMapper.shared().valueToTree(read);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Routes that the words speak of, as {@code METHOD /path}. */
    public Set<String> described() {
        return new TreeSet<>(words.path("operations").propertyNames());
    }

    /**
     * @param version of this build
     * @throws IllegalStateException naming a route without words, or a schema that is nowhere
     */
    public ObjectNode of(RouteTable routes, String version) {
        ObjectNode document = JsonMapper.shared().createObjectNode();
        document.set("openapi", words.path("openapi"));
        ObjectNode info = (ObjectNode) words.path("info").deepCopy();
        document.set("info", info.put("version", version));
        document.set("tags", words.path("tags"));
        ObjectNode paths = document.putObject("paths");
        for (RouteTable.Route route : routes.routes()) {
            addRoute(paths, route);
        }
        ObjectNode schemas = document.putObject("components").putObject("schemas");
        addSchemas(schemas, paths);
        return document;
    }

    private void addRoute(ObjectNode paths, RouteTable.Route route) {
        String path = VARIABLE.matcher(route.path()).replaceAll("{$1}");
        String method = route.method().name();
        JsonNode said = words.path("operations").path(method + " " + path);
        boolean head = said.isMissingNode() && method.equals("HEAD");
        if (head) {
            said = words.path("operations").path("GET " + path);
        }
        if (said.isMissingNode()) {
            throw new IllegalStateException(
                    "%s %s has no words in %s (expected: a tag and a summary)"
                            .formatted(method, path, WORDS));
        }
        JsonNode variables = operations.variables(names(path));
        JsonNode known = paths.path(path);
        ObjectNode item = known instanceof ObjectNode found ? found : paths.putObject(path);
        if (!variables.isEmpty()) {
            item.set("parameters", variables);
        }
        item.set(
                method.toLowerCase(Locale.ROOT),
                head ? operations.head(said) : operations.of(method, path, said));
    }

    private static Set<String> names(String path) {
        return VARIABLE.matcher(path)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** All that is spoken of, and what these speak of. */
    private void addSchemas(ObjectNode schemas, JsonNode spokenOf) {
        for (String name :
                REFERENCE
                        .matcher(spokenOf.toString())
                        .results()
                        .map((MatchResult found) -> found.group(1))
                        .distinct()
                        .toList()) {
            if (!schemas.has(name)) {
                JsonNode written = words.path("schemas").path(name);
                JsonNode schema = written.isMissingNode() ? records.schema(name) : written;
                schemas.set(name, schema);
                addSchemas(schemas, schema);
            }
        }
    }
}
