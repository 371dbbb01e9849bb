package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.platform.OllamaVariable;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SettingsPageTest {

    @Test
    void saysWhatTheRecordsSay() throws Exception {
        String expected = SettingsPage.text();
        if ("write".equals(System.getProperty("caravan.pages"))) {
            Files.writeString(SettingsPage.FILE, expected);
        }

        assertThat(SettingsPage.FILE)
                .as("write it anew: %s", SettingsPage.COMMAND)
                .exists()
                .content()
                .isEqualTo(expected);
    }

    @Test
    void everyKeyHasItsWords() throws Exception {
        assertThat(SettingsPage.text().lines().filter(line -> line.startsWith("| `")))
                .hasSizeGreaterThan(30)
                .noneMatch(line -> line.endsWith("|  |"));
    }

    /** A variable that leads to no key would be a promise that nobody keeps. */
    @Test
    void everyVariableOfOllamasIsTheDefaultOfAKeyThatThereIs() throws Exception {
        List<String> keys =
                Stream.of("lib/platform", "gateway-service", "scheduler-service", "worker-agent")
                        .flatMap(module -> ComposeFile.keys(module).stream())
                        .toList();

        assertThat(
                        Arrays.stream(OllamaVariable.values())
                                .flatMap(variable -> variable.keys().stream())
                                .filter(key -> key.startsWith("caravan.")))
                .isSubsetOf(keys);
    }
}
