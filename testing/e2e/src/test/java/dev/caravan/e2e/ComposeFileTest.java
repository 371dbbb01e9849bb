package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.caravan.cli.cluster.UpOptions;
import dev.caravan.engine.EngineHome;
import dev.caravan.platform.OllamaVariable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** docker-compose.yml held against what the services read; no container is started. */
class ComposeFileTest {

    /** What is not ours: Spring's own keys, the C library's. */
    private static final Set<String> OTHERS =
            Set.of(
                    "SERVER_ADDRESS",
                    "SERVER_PORT",
                    "MANAGEMENT_SERVER_ADDRESS",
                    "MANAGEMENT_SERVER_PORT",
                    "LOGGING_STRUCTURED_FORMAT_CONSOLE",
                    "MALLOC_ARENA_MAX",
                    "HOME");

    @TempDir private Path folder;

    @Test
    void everyServiceOfTheSuiteIsThereAndTwoAgents() throws Exception {
        assertThat(ComposeFile.services())
                .extracting(ComposeFile.Service::module)
                .containsExactlyInAnyOrder(
                        "registry-service",
                        "scheduler-service",
                        "health-service",
                        "worker-agent",
                        "worker-agent",
                        "gateway-service");
    }

    @Test
    void everyVariableIsReadByTheServiceThatIsGivenIt() throws Exception {
        for (ComposeFile.Service service : ComposeFile.services()) {
            for (String variable : service.environment().keySet()) {
                assertThat(isRead(service.module(), variable))
                        .as("%s of %s", variable, service.name())
                        .isTrue();
            }
        }
    }

    @Test
    void everyVariableOfTheAgentsImageIsReadToo() throws Exception {
        String dockerfile =
                Files.readString(ComposeFile.PROJECT.resolve("worker-agent/Dockerfile"));
        List<String> variables =
                Pattern.compile("^(?:ENV)?\\s+([A-Z_]+)=", Pattern.MULTILINE)
                        .matcher(dockerfile)
                        .results()
                        .map(found -> found.group(1))
                        .toList();

        assertThat(variables).contains("CARAVAN_WORKER_ENGINE_DIR", "HOME");
        assertThat(variables)
                .allMatch(name -> isRead("worker-agent", name) || name.equals(EngineHome.VARIABLE));
    }

    @Test
    void aVariableThatNobodyReadsWouldBeFound() throws Exception {
        assertThat(isRead("worker-agent", "CARAVAN_WORKER_COREZ")).isFalse();
        assertThat(isRead("gateway-service", "CARAVAN_WORKER_CORES")).isFalse();
        assertThat(isRead("worker-agent", "OLLAMA_MAX_QUEUE")).isFalse();
    }

    @Test
    void portsAndTagsAreThoseOfThisBuild() throws Exception {
        String version =
                Files.readString(ComposeFile.PROJECT.resolve("pom.xml"))
                        .replaceFirst("(?s).*?<artifactId>caravan</artifactId>", "")
                        .replaceFirst("(?s).*?<version>([^<]+)</version>.*", "$1");
        List<String> ports = new ArrayList<>();
        for (ComposeFile.Service service : ComposeFile.services()) {
            assertThat(service.image()).endsWith(":${CARAVAN_VERSION:-" + version + "}");
            ports.addAll(service.ports());
        }

        assertThat(ports)
                .containsExactlyInAnyOrder(
                        "${CARAVAN_BIND:-127.0.0.1}:%1$d:%1$d".formatted(UpOptions.GATEWAY_PORT),
                        "${CARAVAN_BIND:-127.0.0.1}:8761:8761");
    }

    @Test
    void allButTheRegistryWaitUntilItIsHealthy() throws Exception {
        assertThat(ComposeFile.services())
                .allSatisfy(
                        service ->
                                assertThat(service.dependsOn().toString())
                                        .contains("redis={condition=service_healthy}")
                                        .contains(
                                                service.name().equals("registry")
                                                        ? ""
                                                        : "registry={condition=service_healthy}"));
    }

    @ParameterizedTest
    @CsvSource({"200, 0", "503, 1"})
    void theHealthcheckPassesOnlyWhereTheServiceIsReady(int status, int exit) throws Exception {
        HttpServer management =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        management.createContext(
                "/actuator/health/readiness",
                exchange -> {
                    exchange.sendResponseHeaders(status, -1);
                    exchange.close();
                });
        management.start();
        try {
            assertThat(healthchecks(management.getAddress().getPort()))
                    .allMatch(result -> result.startsWith("exit " + exit + ":"));
        } finally {
            management.stop(0);
        }
        assertThat(healthchecks(management.getAddress().getPort()))
                .noneMatch(result -> result.startsWith("exit 0:"));
    }

    @Test
    void composeAcceptsTheFileAndWouldRefuseAMistake() throws Exception {
        List<String> compose =
                ComposeFile.command()
                        .orElseGet(
                                () ->
                                        Assumptions.abort(
                                                "not run: no docker compose of version 2 here (.ci/run installs one)"));
        Path wrong =
                Files.writeString(
                        folder.resolve("docker-compose.yml"),
                        Files.readString(ComposeFile.FILE)
                                .replace("  gateway:\n", "  gateway:\n    imagee: x\n"));

        assertThat(check(compose, ComposeFile.FILE)).startsWith("exit 0:");
        assertThat(check(compose, wrong)).doesNotStartWith("exit 0:").contains("imagee");
    }

    private static String check(List<String> compose, Path file) throws IOException {
        return ComposeFile.run(compose, "-f", file.toString(), "config", "-q");
    }

    /** The checks as compose would run them, with another port. */
    private static Set<String> healthchecks(int port) throws IOException {
        Set<String> results = new HashSet<>();
        for (ComposeFile.Service service : ComposeFile.services()) {
            assertThat(service.healthcheck()).startsWith("CMD");
            List<String> command =
                    service.healthcheck().stream()
                            .skip(1)
                            .map(word -> word.replace("/8081", "/" + port))
                            .toList();
            results.add(ComposeFile.run(command));
        }
        return results;
    }

    private static boolean isRead(String module, String variable) {
        List<String> keys =
                Stream.concat(
                                ComposeFile.keys(module).stream(),
                                ComposeFile.keys("lib/platform").stream())
                        .toList();
        return OTHERS.contains(variable)
                || keys.stream()
                        .map(ComposeFile::letters)
                        .anyMatch(ComposeFile.letters(variable)::equals)
                || Arrays.stream(OllamaVariable.values())
                        .filter(each -> each.name().equals(variable))
                        .anyMatch(each -> each.keys().stream().anyMatch(keys::contains));
    }
}
