package dev.caravan.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The suite itself: nothing in it is forgotten, and it can fail. */
class SuiteTest {

    @Test
    void eachFileIsRunOrWaitsForSomethingThatIsNamed() throws Exception {
        Path folder = Path.of(SuiteTest.class.getResource("suite.yaml").toURI()).getParent();
        TreeSet<String> listed = new TreeSet<>(Suite.files());
        listed.addAll(Suite.later());
        listed.add("suite.yaml");

        try (Stream<Path> files = Files.list(folder)) {
            assertThat(
                            files.map(file -> file.getFileName().toString())
                                    .filter(name -> name.endsWith(".yaml")))
                    .containsExactlyInAnyOrderElementsOf(listed);
        }
        assertThat(Suite.later()).doesNotContainAnyElementsOf(Suite.files());
    }

    @Test
    void eachCaseHasANameOfItsOwnAndStepsThatExpectSomething() {
        TreeSet<String> files = new TreeSet<>(Suite.files());
        files.addAll(Suite.later());
        for (String file : files) {
            JsonNode cases = Json.resource(file);
            assertThat(cases.valueStream().map(each -> each.path("name").asString()))
                    .as(file)
                    .doesNotHaveDuplicates()
                    .isNotEmpty();
            assertThat(cases.valueStream().flatMap(each -> each.path("steps").valueStream()))
                    .as(file)
                    .isNotEmpty()
                    .allMatch(step -> step.path("request").asString("").matches("[A-Z]+ /.*"))
                    .allMatch(step -> step.path("expect").size() > 0);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":1} | {\"a\":1.0,\"b\":2} | true",
                "{\"a\":1} | {\"a\":2} | false",
                "{\"a\":\"<absent>\"} | {} | true",
                "{\"a\":\"<absent>\"} | {\"a\":null} | false",
                "{\"a\":\"<count>\"} | {\"a\":0} | false",
                "{\"a\":\"<time>\"} | {\"a\":\"2026-08-21T18:48:00.12Z\"} | true",
                "{\"a\":\"<time>\"} | {\"a\":\"2026-08-21T18:48:00.120Z\"} | false",
                "{\"a\":\"~[0-9]+\"} | {\"a\":\"12\"} | true",
                "{\"a\":\"~[0-9]+\"} | {\"a\":\"12x\"} | false",
                "{\"a\":{\"each\":{\"b\":\"<text>\"}}} | {\"a\":[{\"b\":\"x\"},{\"b\":1}]} | false",
                "{\"some\":{\"b\":1}} | [{\"b\":2},{\"b\":1}] | true",
                "{\"some\":{\"b\":1}} | [{\"b\":2}] | false",
                "{\"none\":{\"b\":1}} | [] | true",
                "{\"none\":{\"b\":1}} | [{\"b\":1}] | false",
                "{\"a\":[1,2]} | {\"a\":[1,2,3]} | false",
                "{\"a\":true} | {\"a\":\"true\"} | false"
            })
    void tellsWhatFitsFromWhatDoesNot(String expected, String actual, boolean fits) {
        JsonNode wanted = Json.MAPPER.readTree(expected);
        JsonNode got = Json.MAPPER.readTree(actual);

        if (fits) {
            Expected.check("x", wanted, got);
        } else {
            assertThatThrownBy(() -> Expected.check("x", wanted, got))
                    .isInstanceOf(AssertionError.class);
        }
    }
}
