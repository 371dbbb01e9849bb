package dev.caravan.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class UnknownKeysTest {

    private final UnknownKeys check =
            new UnknownKeys(
                    new KnownKeys(
                            new TreeSet<>(
                                    List.of(
                                            "caravan.cluster-id",
                                            "caravan.token-file",
                                            "caravan.registry",
                                            "caravan.worker.keep-alive")),
                            new TreeSet<>(List.of("caravan.registry", "caravan.worker.labels"))));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "caravan.cluster-id",
                "caravan.clusterId",
                "caravan.registry[0]",
                "caravan.worker.keep-alive",
                "caravan.worker.labels.zone",
                "caravan.gateway.anything",
                "other.clusterid"
            })
    void acceptsWhatThisOrAnotherServiceReads(String key) {
        assertThatCode(() -> check.check(settings(key))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "caravan.clusterr-id, caravan.cluster-id",
        "caravan.tokenfiel, caravan.token-file",
        "caravan.worker.keepalife, caravan.worker.keep-alive",
        "caravan.something-else-entirely, caravan."
    })
    void refusesWhatNobodyReads(String key, String nearest) {
        assertThatThrownBy(() -> check.check(settings(key)))
                .isInstanceOf(ConfigurationFault.class)
                .hasMessageContaining(": unknown setting")
                .hasMessageContaining(nearest);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CARAVAN_CLUSTER_ID",
                "CARAVAN_CLUSTERID",
                "CARAVAN_REGISTRY_0",
                "CARAVAN_WORKER_LABELS_ZONE",
                "CARAVAN_HOME",
                "CARAVAN_JAVA_HOME",
                "CARAVAN_GATEWAY_ANYTHING",
                "PATH"
            })
    void leavesVariablesThatMayBeForSomebodyElse(String variable) {
        assertThatCode(() -> check.check(variables(variable))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "CARAVAN_CLUSTR_ID, CARAVAN_CLUSTER_ID",
        "CARAVAN_TOKENS_FILE, CARAVAN_TOKEN_FILE",
        "CARAVAN_WORKER_SOMETHING, CARAVAN_WORKER"
    })
    void refusesVariablesThatAreASlipAwayFromAKeyOrInTheOwnSection(
            String variable, String nearest) {
        assertThatThrownBy(() -> check.check(variables(variable)))
                .isInstanceOf(ConfigurationFault.class)
                .hasMessageContaining(variable + ": unknown setting")
                .hasMessageContaining(nearest);
    }

    @Test
    void countsLettersPutInTakenOutAndReplaced() {
        assertThat(EditDistance.between("kitten", "sitting")).isEqualTo(3);
        assertThat(EditDistance.between("", "abc")).isEqualTo(3);
    }

    private static StandardEnvironment settings(String key) {
        StandardEnvironment environment = empty();
        environment.getPropertySources().addFirst(new MapPropertySource("file", Map.of(key, "x")));
        ConfigurationPropertySources.attach(environment);
        return environment;
    }

    private static StandardEnvironment variables(String name) {
        StandardEnvironment environment = empty();
        environment
                .getPropertySources()
                .addFirst(
                        new SystemEnvironmentPropertySource(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                                Map.of(name, "x")));
        ConfigurationPropertySources.attach(environment);
        return environment;
    }

    private static StandardEnvironment empty() {
        var environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .remove(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
        environment
                .getPropertySources()
                .remove(StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME);
        return environment;
    }
}
