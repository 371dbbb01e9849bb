package dev.caravan.testkit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;

/**
 * The architecture as rules; each is proven on a planted violation in this module's tests. A module
 * takes all of them with one line in its {@code ArchitectureTest}:
 *
 * <pre>{@code
 * @AnalyzeClasses(packages = "dev.caravan", importOptions = ImportOption.DoNotIncludeTests.class)
 * class ArchitectureTest {
 *     @ArchTest static final ArchTests RULES = ArchTests.in(LayerRules.class);
 * }
 * }</pre>
 *
 * A module that lacks a layer passes its rules.
 */
public final class LayerRules {

    private static final String[] INNER = {"dev.caravan.*.app..", "dev.caravan.*.stream.."};

    @ArchTest
    public static final ArchRule CORE_IS_PLAIN_JAVA =
            classes()
                    .that()
                    .resideInAPackage("dev.caravan.core..")
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage("java..", "org.jspecify..", "dev.caravan.core..")
                    .allowEmptyShould(true);

    @ArchTest
    public static final ArchRule APP_KNOWS_NO_TECHNOLOGY =
            noClasses()
                    .that()
                    .resideInAnyPackage(INNER)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "dev.caravan.wire..",
                            "dev.caravan.*.api..",
                            "dev.caravan.*.adapter..",
                            "dev.caravan.*.config..",
                            "org.springframework.data..",
                            "org.springframework.http..",
                            "org.springframework.web..",
                            "org.springframework.cloud..",
                            "io.lettuce..",
                            "reactor.netty..",
                            "com.netflix..")
                    .allowEmptyShould(true);

    @ArchTest
    public static final ArchRule ADAPTERS_STAND_ALONE =
            slices().matching("dev.caravan.(*).adapter.(*)..")
                    .should()
                    .notDependOnEachOther()
                    .allowEmptyShould(true);

    @ArchTest
    public static final ArchRule DIALECTS_STAND_ALONE =
            slices().matching("dev.caravan.(*).dialect.(*)..")
                    .should()
                    .notDependOnEachOther()
                    .allowEmptyShould(true);

    @ArchTest
    public static final ArchRule THE_EDGE_CALLS_NO_ADAPTER =
            noClasses()
                    .that()
                    .resideInAnyPackage("dev.caravan.*.api..", "dev.caravan.*.dialect..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("dev.caravan.*.adapter..")
                    .allowEmptyShould(true);

    @ArchTest
    public static final ArchRule TIME_IS_PASSED_IN =
            noClasses()
                    .that()
                    .resideInAPackage("dev.caravan.core..")
                    .or()
                    .resideInAnyPackage(INNER)
                    .should()
                    .callMethod(System.class, "nanoTime")
                    .orShould()
                    .callMethod(System.class, "currentTimeMillis")
                    .orShould()
                    .callMethod(Instant.class, "now")
                    .orShould()
                    .callMethod(LocalDateTime.class, "now")
                    .orShould()
                    .callMethod(Clock.class, "systemUTC")
                    .orShould()
                    .callMethod(Clock.class, "systemDefaultZone")
                    .allowEmptyShould(true);

    /** Jackson 2 is on the class path of each service because Eureka brings it. */
    @ArchTest
    public static final ArchRule ONLY_JACKSON_3 =
            noClasses()
                    .that()
                    .resideInAPackage("dev.caravan..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "com.fasterxml.jackson.core..",
                            "com.fasterxml.jackson.databind..",
                            "com.fasterxml.jackson.datatype..")
                    .allowEmptyShould(true);

    @ArchTest
    public static final ArchRule NO_SERVICE_DEPENDS_ON_A_SERVICE =
            slices().matching("dev.caravan.(gateway|worker|registry|scheduler|health|cli)..")
                    .should()
                    .notDependOnEachOther()
                    .allowEmptyShould(true);

    @ArchTest
    public static final ArchRule WIRE_STANDS_ALONE =
            classes()
                    .that()
                    .resideInAPackage("dev.caravan.wire..")
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            "java..",
                            "org.jspecify..",
                            "tools.jackson..",
                            "com.fasterxml.jackson.annotation..",
                            "dev.caravan.wire..")
                    .allowEmptyShould(true);

    @ArchTest
    public static final ArchRule PRODUCTION_KNOWS_NO_TESTKIT =
            noClasses()
                    .that()
                    .resideInAPackage("dev.caravan..")
                    .and()
                    .resideOutsideOfPackage("dev.caravan.testkit..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("dev.caravan.testkit..")
                    .allowEmptyShould(true);

    @ArchTest
    public static final ArchRule EVERY_PACKAGE_SAYS_WHAT_IT_IS_FOR =
            classes()
                    .that()
                    .resideInAPackage("dev.caravan..")
                    .should(NullMarkedPackage.condition())
                    .allowEmptyShould(true);

    private LayerRules() {}
}
