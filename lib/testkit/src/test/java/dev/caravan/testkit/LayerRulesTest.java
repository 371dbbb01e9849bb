package dev.caravan.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LayerRulesTest {

    private static final JavaClasses PLANTED =
            new ClassFileImporter()
                    .withImportOption(location -> !location.contains("/classes/"))
                    .importPackages("dev.caravan");

    static Stream<Arguments> violations() {
        return Stream.of(
                Arguments.of(LayerRules.CORE_IS_PLAIN_JAVA, "dev.caravan.core.planted.UsesJackson"),
                Arguments.of(
                        LayerRules.TIME_IS_PASSED_IN, "dev.caravan.core.planted.ReadsTheClock"),
                Arguments.of(LayerRules.TIME_IS_PASSED_IN, "dev.caravan.planted.app.ReadsNanoTime"),
                Arguments.of(
                        LayerRules.APP_KNOWS_NO_TECHNOLOGY, "dev.caravan.planted.app.KnowsTheWire"),
                Arguments.of(
                        LayerRules.ADAPTERS_STAND_ALONE,
                        "dev.caravan.planted.adapter.agent.UsesTheStore"),
                Arguments.of(
                        LayerRules.DIALECTS_STAND_ALONE,
                        "dev.caravan.planted.dialect.openai.BorrowsAShape"),
                Arguments.of(
                        LayerRules.THE_EDGE_CALLS_NO_ADAPTER,
                        "dev.caravan.planted.api.CallsAnAdapter"),
                Arguments.of(LayerRules.ONLY_JACKSON_3, "dev.caravan.planted.app.UsesJackson2"),
                Arguments.of(
                        LayerRules.NO_SERVICE_DEPENDS_ON_A_SERVICE,
                        "dev.caravan.scheduler.planted.AsksHealth"),
                Arguments.of(LayerRules.WIRE_STANDS_ALONE, "dev.caravan.wire.planted.KnowsTheCore"),
                Arguments.of(
                        LayerRules.PRODUCTION_KNOWS_NO_TESTKIT,
                        "dev.caravan.planted.app.UsesTheTestkit"),
                Arguments.of(
                        LayerRules.EVERY_PACKAGE_SAYS_WHAT_IT_IS_FOR,
                        "dev.caravan.planted.silent.Nameless"));
    }

    @ParameterizedTest
    @MethodSource("violations")
    void namesThePlantedViolation(ArchRule rule, String culprit) {
        var result = rule.evaluate(PLANTED);

        assertThat(result.hasViolation()).isTrue();
        assertThat(result.getFailureReport().toString()).contains(culprit);
    }

    @ParameterizedTest
    @MethodSource("violations")
    void passesAModuleThatLacksTheLayer(ArchRule rule, String culprit) {
        JavaClasses nothing = new ClassFileImporter().importClasses(List.of());

        assertThat(rule.evaluate(nothing).hasViolation()).isFalse();
    }

    @Test
    void everyRuleHasAPlantedViolation() {
        List<Object> planted = violations().map(arguments -> arguments.get()[0]).toList();

        assertThat(Arrays.stream(LayerRules.class.getFields()))
                .isNotEmpty()
                .allSatisfy(field -> assertThat(planted).contains(field.get(null)));
    }

    @Test
    void keepsItsOwnRules() {
        JavaClasses testkit =
                new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("dev.caravan.testkit");

        assertThat(Arrays.stream(LayerRules.class.getFields()))
                .allSatisfy(field -> ((ArchRule) field.get(null)).check(testkit));
    }
}
