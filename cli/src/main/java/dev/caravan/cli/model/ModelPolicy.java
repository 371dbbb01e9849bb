package dev.caravan.cli.model;

import dev.caravan.cli.CliException;
import dev.caravan.cli.api.GatewayClient;
import dev.caravan.wire.WireJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The policy of one model, read and written through the gateway. */
public final class ModelPolicy {

    /** As they are written on the command line. */
    public static final List<String> KEYS =
            List.of(
                    "continuation",
                    "ranges",
                    "minimum-hosts",
                    "context-length",
                    "engine-options",
                    "standby");

    private static final Pattern RANGE = Pattern.compile("([^=,\\s]+)=(\\d{1,4})-(\\d{1,4})");

    private final GatewayClient gateway;
    private final String path;

    public ModelPolicy(GatewayClient gateway, String model) {
        this.gateway = gateway;
        this.path = "/api/distributed/models/" + GatewayClient.encoded(model) + "/policy";
    }

    public JsonNode read() {
        return gateway.get(path);
    }

    /**
     * Changes what is named and leaves the rest.
     *
     * @param values by key; an empty one takes the key away
     */
    public JsonNode change(Map<String, String> values) {
        requireReadable(values);
        ObjectNode policy = WireJson.mapper().createObjectNode();
        if (read() instanceof ObjectNode now) {
            policy.setAll(now);
        }
        policy.remove(List.of("epoch", "number"));
        values.forEach((key, value) -> set(policy, key, value.strip()));
        return gateway.put(path, policy);
    }

    /**
     * @throws CliException naming the first key or value that is none
     */
    public static void requireReadable(Map<String, String> values) {
        ObjectNode nowhere = WireJson.mapper().createObjectNode();
        values.forEach((key, value) -> set(nowhere, key, value.strip()));
    }

    private static void set(ObjectNode policy, String key, String value) {
        String field = field(key);
        if (value.isEmpty()) {
            policy.remove(field);
            return;
        }
        switch (field) {
            case "ranges" -> policy.set(field, ranges(key, value));
            case "minimumHosts", "contextLength" -> policy.put(field, number(key, value));
            case "standby" -> policy.put(field, standby(key, value));
            case "engineOptions" -> {
                ArrayNode options = policy.putArray(field);
                for (String word : value.split("\\s+")) {
                    options.add(word);
                }
            }
            default -> policy.put(field, value);
        }
    }

    private static String field(String key) {
        return switch (key) {
            case "continuation", "ranges", "standby" -> key;
            case "minimum-hosts", "minimumHosts" -> "minimumHosts";
            case "context-length", "contextLength" -> "contextLength";
            case "engine-options", "engineOptions" -> "engineOptions";
            default ->
                    throw CliException.usage(
                            "%s: unknown key (expected one of: %s)".formatted(key, KEYS));
        };
    }

    private static int number(String key, String value) {
        if (!value.matches("[1-9]\\d{0,8}")) {
            throw CliException.usage("%s: %s (expected: a number >= 1)".formatted(key, value));
        }
        return Integer.parseInt(value);
    }

    private static int standby(String key, String value) {
        if (!value.matches("[0-3]")) {
            throw CliException.usage("%s: %s (expected: 0 to 3)".formatted(key, value));
        }
        return Integer.parseInt(value);
    }

    /**
     * @throws CliException where {@code text} is not {@code AGENT=0-11,AGENT2=12-31}
     */
    public static void requireRanges(String option, String text) {
        ArrayNode _ = ranges(option, text);
    }

    private static ArrayNode ranges(String option, String text) {
        ArrayNode ranges = WireJson.mapper().createArrayNode();
        for (String part : text.split(",", -1)) {
            Matcher range = RANGE.matcher(part.strip());
            if (!range.matches()
                    || Integer.parseInt(range.group(2)) > Integer.parseInt(range.group(3))) {
                throw CliException.usage(
                        "%s: %s (expected: AGENT=FIRST-LAST, the last layer included, such as 4be1=0-11,77c2=12-31)"
                                .formatted(option, part));
            }
            ranges.addObject()
                    .put("host", range.group(1))
                    .put("first", Integer.parseInt(range.group(2)))
                    .put("last", Integer.parseInt(range.group(3)));
        }
        return ranges;
    }

    /** One line a key, in the form in which it can be given again. */
    public static List<String> lines(JsonNode policy) {
        List<String> lines = new ArrayList<>();
        for (String key : KEYS) {
            JsonNode value = policy.path(field(key));
            if (value.isMissingNode() || value.isNull()) {
                continue;
            }
            lines.add("%-15s %s".formatted(key, words(key, value)));
        }
        return lines;
    }

    private static String words(String key, JsonNode value) {
        return switch (key) {
            case "ranges" ->
                    value.valueStream()
                            .map(
                                    range ->
                                            "%s=%d-%d"
                                                    .formatted(
                                                            range.path("host").asString(""),
                                                            range.path("first").asInt(),
                                                            range.path("last").asInt()))
                            .collect(Collectors.joining(","));
            case "engine-options" ->
                    value.valueStream().map(JsonNode::asString).collect(Collectors.joining(" "));
            default -> value.asString("");
        };
    }
}
