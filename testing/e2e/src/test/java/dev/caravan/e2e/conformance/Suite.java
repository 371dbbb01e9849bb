package dev.caravan.e2e.conformance;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import tools.jackson.databind.JsonNode;

/**
 * All cases as tests. {@code suite.yaml} says which files are run; a case has a name and steps,
 * each a request with what is expected of its answer.
 */
public final class Suite {

    private Suite() {}

    /** One container for each file. */
    public static Stream<DynamicNode> tests(Target target) {
        return files().stream()
                .map(
                        file ->
                                DynamicContainer.dynamicContainer(
                                        file,
                                        Json.resource(file)
                                                .valueStream()
                                                .filter(each -> fits(each, target))
                                                .map(each -> test(each, target))));
    }

    static List<String> files() {
        return Json.resource("suite.yaml")
                .path("run")
                .valueStream()
                .map(JsonNode::asString)
                .toList();
    }

    /** Files that wait for something, with what. */
    static Set<String> later() {
        return new TreeSet<>(Json.resource("suite.yaml").path("later").propertyNames());
    }

    /** A case that speaks of how a model runs is of no use where nothing runs. */
    private static boolean fits(JsonNode each, Target target) {
        return target.options().isEmpty() || each.path("steps").toString().contains("${model}");
    }

    private static DynamicTest test(JsonNode each, Target target) {
        return DynamicTest.dynamicTest(
                each.path("name").asString(),
                () -> {
                    for (JsonNode step : each.path("steps")) {
                        new Step(step).run(target);
                    }
                });
    }
}
