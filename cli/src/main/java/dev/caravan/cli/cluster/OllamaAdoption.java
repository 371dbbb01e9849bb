package dev.caravan.cli.cluster;

import dev.caravan.cli.process.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Adopts an Ollama that runs on this machine already: the first agent is told where it is, and
 * where it holds the usual port the gateway takes the next free one. What was decided holds for as
 * long as the cluster runs.
 */
public final class OllamaAdoption {

    /** Read by the agent. */
    static final String SETTING = "CARAVAN_WORKER_OLLAMA_URL";

    /** Read by the agent: an Ollama that it starts. */
    public static final String COMMAND = "CARAVAN_WORKER_OLLAMA_COMMAND";

    private static final String FIRST_AGENT = Kind.AGENT.label() + "-1";
    private static final int PORTS_TRIED = 100;

    private final Home home;
    private final Consumer<String> say;

    /** What is kept of it. */
    record Adopted(String url) {}

    public OllamaAdoption(Home home, Consumer<String> say) {
        this.home = home;
        this.say = say;
    }

    /**
     * Looks for one and remembers it, unless the cluster runs.
     *
     * @param host where to look, as in {@code OLLAMA_HOST}; empty for the usual place
     * @param wanted false: none is adopted
     * @param gatewayPort as asked for
     * @return the gateway's port: as asked for, or the next free one after the usual
     */
    public OptionalInt settle(String host, boolean wanted, OptionalInt gatewayPort)
            throws IOException {
        if (runs()) {
            return gatewayPort;
        }
        Files.deleteIfExists(file(home));
        URI address = OllamaProbe.address(host);
        Optional<OllamaProbe.Found> found =
                wanted ? new OllamaProbe().look(address) : Optional.empty();
        if (found.isEmpty()) {
            return gatewayPort;
        }
        if (found.get().caravan()) {
            say.accept(
                    "%s is a Caravan, not an Ollama: not adopted (to do it all the same: %s=%s)"
                            .formatted(address, SETTING, address));
            return gatewayPort;
        }
        StateFiles.write(file(home), new Adopted(address.toString()));
        OptionalInt port =
                gatewayPort.isPresent() || Ports.free(UpOptions.GATEWAY_PORT)
                        ? gatewayPort
                        : OptionalInt.of(next());
        say.accept(
                "adopted   Ollama %s at %s, %d models (--no-adopt: leave it alone)%s"
                        .formatted(
                                found.get().version(),
                                address,
                                found.get().models(),
                                port.equals(gatewayPort)
                                        ? ""
                                        : "; the gateway takes port " + port.getAsInt()));
        return port;
    }

    private boolean runs() throws IOException {
        return ClusterFile.read(home).isPresent()
                && ProcessTable.read(home).living().stream()
                        .anyMatch(one -> one.kind() != Kind.CACHES);
    }

    private static int next() {
        for (int port = UpOptions.GATEWAY_PORT + 1;
                port <= UpOptions.GATEWAY_PORT + PORTS_TRIED;
                port++) {
            if (Ports.free(port)) {
                return port;
            }
        }
        return Ports.pick();
    }

    private static Path file(Home home) {
        return home.state().resolve("ollama.json");
    }

    /**
     * The agent's settings: the first agent has the Ollama, and no other takes it, or starts one
     * beside it, whatever this command's own environment says.
     *
     * @return empty where the environment is to hold
     */
    static Map<String, String> settings(Home home, String agent) {
        if (!agent.equals(FIRST_AGENT)) {
            return agent.startsWith(Kind.AGENT.label() + "-")
                    ? Map.of(SETTING, "", COMMAND, "")
                    : Map.of();
        }
        try {
            return StateFiles.read(file(home), Adopted.class)
                    .map(adopted -> Map.of(SETTING, adopted.url()))
                    .orElse(Map.of());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
