package dev.caravan.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LaunchPlanTest {

    private static final Home HOME = new Home(Path.of("/project"), Path.of("/state"));
    private static final ClusterFile CLUSTER =
            new ClusterFile("c1", 2, 11434, 8761, "redis://127.0.0.1:7000", true);

    private final LaunchPlan plan = new LaunchPlan(HOME, CLUSTER, Path.of("/jdk/bin/java"), 8);

    @Test
    void tellsAServiceEverythingByTheEnvironment() {
        LaunchPlan.Launch launch = plan.service("gateway", app(Kind.GATEWAY), Optional.empty());

        assertThat(launch.settings())
                .containsEntry("CARAVAN_CLUSTER_ID", "c1")
                .containsEntry("CARAVAN_TOKEN_FILE", "/state/token")
                .containsEntry("CARAVAN_REGISTRY", "http://127.0.0.1:8761")
                .containsEntry("CARAVAN_REDIS", "redis://127.0.0.1:7000")
                .containsEntry("CARAVAN_READY_FILE", "/state/run/gateway.ready.json")
                .containsEntry("CARAVAN_DATA_DIR", "/state/data/gateway")
                .containsEntry("SERVER_PORT", "11434")
                .containsEntry("CARAVAN_HOME", "")
                .doesNotContainKey("CARAVAN_WORKER_CORES");
        assertThat(launch.command()).endsWith("-jar", "/cache/gateway.jar");
    }

    @Test
    void sharesTheCoresEvenlyAmongTheAgents() {
        LaunchPlan.Launch launch = plan.service("agent-2", app(Kind.AGENT), Optional.empty());

        assertThat(launch.settings())
                .containsEntry("CARAVAN_WORKER_CORES", "4")
                .containsEntry("CARAVAN_DATA_DIR", "/state/data/agent-2")
                .containsEntry("SERVER_PORT", "0");
    }

    @Test
    void tellsNoAgentButTheFirstOfAnOllama() {
        assertThat(plan.service("agent-2", app(Kind.AGENT), Optional.empty()).settings())
                .containsEntry("CARAVAN_WORKER_OLLAMA_URL", "");
        assertThat(plan.service("agent-1", app(Kind.AGENT), Optional.empty()).settings())
                .doesNotContainKey("CARAVAN_WORKER_OLLAMA_URL");
    }

    @Test
    void keepsControlServicesSmallerThanThoseThatCarryRequests() {
        List<String> scheduler =
                plan.service("scheduler", app(Kind.SCHEDULER), Optional.empty()).command();
        List<String> gateway =
                plan.service("gateway", app(Kind.GATEWAY), Optional.empty()).command();

        assertThat(scheduler).contains("-Xmx96m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
        assertThat(gateway).contains("-Xmx256m", "-XX:+UseSerialGC");
        assertThat(gateway).doesNotContain("-XX:TieredStopAtLevel=1");
        assertThat(scheduler).anyMatch(flag -> flag.startsWith("-XX:MaxDirectMemorySize="));
    }

    @Test
    void usesAStartUpCacheThatIsThere() {
        Path cache = Path.of("/cache/gateway.aot");

        assertThat(plan.service("gateway", app(Kind.GATEWAY), Optional.of(cache)).command())
                .contains("-XX:AOTCache=/cache/gateway.aot");
        assertThat(plan.service("gateway", app(Kind.GATEWAY), Optional.empty()).command())
                .noneMatch(word -> word.startsWith("-XX:AOTCache"));
    }

    private static BootJars.App app(Kind kind) {
        return new BootJars.App(kind, "key", Path.of("/cache", kind.label() + ".jar"));
    }
}
