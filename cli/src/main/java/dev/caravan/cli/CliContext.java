package dev.caravan.cli;

import dev.caravan.cli.api.ControlPlane;
import dev.caravan.cli.api.GatewayClient;
import dev.caravan.cli.cluster.ClusterFile;
import dev.caravan.cli.cluster.Home;
import dev.caravan.cli.cluster.UpOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What a command finds around itself.
 *
 * @param in what is piped into it
 */
public record CliContext(
        Home home, Map<String, String> environment, PrintStream out, InputStream in) {

    /** Set by the script beside the project's pom; without it the folders above are searched. */
    static final String PROJECT = "caravan.project";

    static CliContext ofProcess(Map<String, String> environment, PrintStream out, InputStream in) {
        Path project = project();
        String state = environment.getOrDefault("CARAVAN_HOME", "");
        Path home = state.isEmpty() ? project.resolve(".caravan") : Path.of(state);
        return new CliContext(new Home(project, home), environment, out, in);
    }

    public void say(String line) {
        out.println(line);
        out.flush();
    }

    String setting(String name) {
        return environment.getOrDefault(name, "").strip();
    }

    /**
     * The gateway to speak to.
     *
     * @param endpoint as given on the command line; empty for the one of the cluster here
     */
    GatewayClient gateway(String endpoint) throws IOException {
        if (!endpoint.isEmpty()) {
            String url = endpoint.contains("://") ? endpoint : "http://" + endpoint;
            return new GatewayClient(url);
        }
        Optional<ClusterFile> cluster = ClusterFile.read(home);
        if (cluster.flatMap(ClusterFile::joinedRegistry).isPresent()) {
            return new GatewayClient(gatewayOfJoined(cluster.get()));
        }
        return new GatewayClient(
                cluster.map(ClusterFile::gatewayUrl)
                        .orElse("http://127.0.0.1:" + UpOptions.GATEWAY_PORT));
    }

    private String gatewayOfJoined(ClusterFile cluster) throws IOException {
        try (ControlPlane control = controlPlane(cluster)) {
            return control.gateway()
                    .orElseThrow(
                            () ->
                                    new CliException(
                                            "%s: no gateway is registered there (expected: one; name it with --endpoint URL)"
                                                    .formatted(cluster.registryUrl())));
        }
    }

    /** The control plane of the cluster that an agent here has joined. */
    ControlPlane controlPlane(ClusterFile cluster) throws IOException {
        return new ControlPlane(
                URI.create(cluster.registryUrl()), Files.readString(cluster.token(home)).strip());
    }

    private static Path project() {
        String told = System.getProperty(PROJECT, "");
        if (!told.isEmpty()) {
            return Path.of(told);
        }
        Path here = Path.of("").toAbsolutePath();
        for (Path folder = here; folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("mvnw")) && Files.isDirectory(folder.resolve("cli"))) {
                return folder;
            }
        }
        return here;
    }
}
