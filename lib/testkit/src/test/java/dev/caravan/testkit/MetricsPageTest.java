package dev.caravan.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsPageTest {

    private static final List<String> PAGE =
            """
            | Prometheus name | Type | Labels | Unit, buckets | By | Meaning |
            |---|---|---|---|---|---|
            | `caravan_carts_total` | counter | `road`, `beast` | carts | drover | Carts that came |
            | `caravan_halt_seconds` | histogram | `road` | seconds, B-halt | drover, guide | A halt |
            | `caravan_moon` | gauge | | 0 or 1 | guide | 1 while it shines |

            | B-halt | 0.5 10 |
            """
                    .lines()
                    .toList();

    private static final List<String> DECLARED = List.of("caravan.carts", "caravan.halt");

    private static final String SCRAPE =
            """
            # HELP caravan_carts_total Carts
            # TYPE caravan_carts_total counter
            caravan_carts_total{beast="ox",road="a=\\"1\\",b",} 1.0
            # TYPE caravan_halt_seconds histogram
            caravan_halt_seconds_bucket{road="a",le="0.5"} 0
            caravan_halt_seconds_bucket{road="a",le="10.0"} 0
            caravan_halt_seconds_bucket{road="a",le="+Inf"} 1
            caravan_halt_seconds_count{road="a"} 1
            # TYPE caravan_halt_seconds_max gauge
            caravan_halt_seconds_max{road="a"} 12.0
            # TYPE jvm_threads gauge
            jvm_threads 3
            """;

    private final MetricsPage page = new MetricsPage(PAGE);

    @Test
    void passesWherePageEnumAndMetricsAreTheSame() {
        page.assertTellsOf("drover", DECLARED, SCRAPE);
        page.assertTellsOf(
                "guide",
                List.of("caravan.halt", "caravan.moon"),
                SCRAPE.substring(SCRAPE.indexOf("# TYPE caravan_halt"))
                        + "# TYPE caravan_moon gauge\ncaravan_moon 1.0\n");
    }

    @Test
    void namesAMetricThatThePageLacksOrHasTooMuch() {
        assertThatThrownBy(() -> page.assertTellsOf("guide", DECLARED, SCRAPE))
                .hasMessageContaining("caravan_carts_total")
                .hasMessageContaining("caravan_moon");
    }

    @Test
    void namesAMeterThatIsDeclaredAndNeverShown() {
        assertThatThrownBy(
                        () ->
                                page.assertTellsOf(
                                        "drover",
                                        List.of("caravan.carts", "caravan.halt", "caravan.inn"),
                                        SCRAPE))
                .hasMessageContaining("caravan_inn");
    }

    @Test
    void namesOtherTypesLabelsAndBuckets() {
        refuses(SCRAPE.replace("_carts_total counter", "_carts_total gauge"), "_carts_total");
        refuses(SCRAPE.replace("beast=", "animal="), "[animal, road]");
        refuses(SCRAPE.replace("le=\"10.0\"", "le=\"20.0\""), "[0.5, 20.0]");
    }

    private void refuses(String scrape, String difference) {
        assertThatThrownBy(() -> page.assertTellsOf("drover", DECLARED, scrape))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(difference);
    }
}
