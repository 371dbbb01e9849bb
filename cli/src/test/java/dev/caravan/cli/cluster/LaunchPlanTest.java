package dev.caravan.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class LaunchPlanTest {

    private static final Home HOME = new Home(Path.of("/project"), Path.of("/state"));
    private static final Path JAVA = Path.of("/jdk/bin/java");
    private static final ClusterFile CLUSTER =
            new ClusterFile("c1", 2, 11434, 8761, "redis://127.0.0.1:7000", true);

    private final LaunchPlan plan = plan(CLUSTER, Map.of());

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
    void theOperatorsOptionsOfVirtualMachinesWin() {
        LaunchPlan plan = plan(new Jvm(JAVA, List.of("-Xmx1g", "-XX:TieredStopAtLevel=1")));

        List<String> command =
                plan.service("gateway", app(Kind.GATEWAY), Optional.empty()).command();

        assertThat(command).startsWith("/jdk/bin/java").contains("-Xmx256m");
        assertThat(command.subList(0, command.indexOf("-jar")))
                .endsWith("-Xmx1g", "-XX:TieredStopAtLevel=1");
        assertThat(Jvm.current(Map.of("CARAVAN_JVM_OPTIONS", " -Xmx1g  -Xint ")).options())
                .containsExactly("-Xmx1g", "-Xint");
        assertThat(Jvm.current(Map.of()).options()).isEmpty();
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
                .containsEntry("CARAVAN_WORKER_OLLAMA_URL", "")
                .containsEntry("CARAVAN_WORKER_OLLAMA_COMMAND", "");
        assertThat(plan.service("agent-1", app(Kind.AGENT), Optional.empty()).settings())
                .doesNotContainKeys("CARAVAN_WORKER_OLLAMA_URL", "CARAVAN_WORKER_OLLAMA_COMMAND");
    }

    /** {@code up} looks for an Ollama there; the gateway does not listen there for that. */
    @Test
    void keepsTheAddressOfAnOllamaFromTheServices() {
        assertThat(plan.service("gateway", app(Kind.GATEWAY), Optional.empty()).settings())
                .containsEntry("OLLAMA_HOST", "");
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

    @Test
    void listensOnLoopbackUnlessBoundAndThenSaysToAllWhere() {
        ClusterFile bound =
                new ClusterFile(
                        "c1", 2, 1, 8761, "redis://127.0.0.1:7", true, "10.0.0.1", null, null);

        assertThat(plan.service("health", app(Kind.HEALTH), Optional.empty()).settings())
                .doesNotContainKey("SERVER_ADDRESS");
        assertThat(
                        plan(bound, Map.of())
                                .service("health", app(Kind.HEALTH), Optional.empty())
                                .settings())
                .containsEntry("SERVER_ADDRESS", "10.0.0.1")
                .containsEntry("CARAVAN_REGISTRY", "http://10.0.0.1:8761")
                .containsEntry("CARAVAN_REDIS", "redis://127.0.0.1:7");
    }

    @Test
    void capsTheMemoryOfAgentsOnly() {
        LaunchPlan capped =
                plan(
                        new ClusterFile("c1", 2, 1, 2, "redis://h:7", true, null, 1L << 29, null),
                        Map.of());

        assertThat(capped.service("agent-1", app(Kind.AGENT), Optional.empty()).settings())
                .containsEntry("CARAVAN_WORKER_MEMORY", "536870912B");
        assertThat(capped.service("gateway", app(Kind.GATEWAY), Optional.empty()).settings())
                .doesNotContainKey("CARAVAN_WORKER_MEMORY");
    }

    @Test
    void givesAJoiningAgentItsOwnSettingsAndTheTokenOfThatCluster() {
        JoinOptions options =
                joining(Optional.of(URI.create("http://127.0.0.1:11434")), Optional.empty());
        ClusterFile joined = ClusterFile.joining("c2", "http://10.0.0.1:8761");

        Map<String, String> settings =
                plan(joined, options.settings())
                        .service("agent-1", app(Kind.AGENT), Optional.empty())
                        .settings();

        assertThat(settings)
                .containsEntry("CARAVAN_REGISTRY", "http://10.0.0.1:8761")
                .containsEntry("CARAVAN_TOKEN_FILE", "/state/join-token")
                .containsEntry("CARAVAN_REDIS", "")
                .containsEntry("CARAVAN_ADDRESS_ADVERTISE", "10.0.0.2")
                .containsEntry("CARAVAN_DATA_DIR", "/models")
                .containsEntry("CARAVAN_WORKER_MEMORY", "1048576B")
                .containsEntry("CARAVAN_WORKER_CORES", "8")
                .containsEntry("CARAVAN_WORKER_OLLAMA_URL", "http://127.0.0.1:11434")
                .containsEntry("CARAVAN_WORKER_OLLAMA_COMMAND", "");
        assertThat(options.toString()).doesNotContain("secret");
    }

    /** Whatever the shell has exported: an agent has one Ollama. */
    @Test
    void tellsAJoiningAgentOfTheOllamaThatItStartsAndOfNoOther() {
        assertThat(joining(Optional.empty(), Optional.of("/opt/ollama")).settings())
                .containsEntry("CARAVAN_WORKER_OLLAMA_URL", "")
                .containsEntry("CARAVAN_WORKER_OLLAMA_COMMAND", "/opt/ollama");
        assertThat(joining(Optional.empty(), Optional.empty()).settings())
                .doesNotContainKeys("CARAVAN_WORKER_OLLAMA_URL", "CARAVAN_WORKER_OLLAMA_COMMAND");
    }

    private static JoinOptions joining(Optional<URI> ollama, Optional<String> command) {
        return new JoinOptions(
                URI.create("http://10.0.0.1:8761"),
                "secret",
                Optional.empty(),
                Optional.of("10.0.0.2"),
                Optional.empty(),
                Optional.of(Path.of("/models")),
                OptionalLong.of(1 << 20),
                ollama,
                command,
                UpOptions.CacheMaking.OFF,
                Duration.ofSeconds(1));
    }

    private static LaunchPlan plan(ClusterFile cluster, Map<String, String> ofAgents) {
        return new LaunchPlan(HOME, cluster, new Jvm(JAVA, List.of()), 8, ofAgents);
    }

    private static LaunchPlan plan(Jvm jvm) {
        return new LaunchPlan(HOME, CLUSTER, jvm, 8, Map.of());
    }

    private static BootJars.App app(Kind kind) {
        return new BootJars.App(kind, "key", Path.of("/cache", kind.label() + ".jar"));
    }
}
