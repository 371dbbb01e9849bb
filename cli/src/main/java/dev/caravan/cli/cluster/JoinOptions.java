package dev.caravan.cli.cluster;

import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What an agent that joins a cluster is told.
 *
 * @param registry of that cluster
 * @param token of that cluster
 * @param bind where it listens; empty: at the address it advertises
 * @param advertise under which address others reach it; empty: chosen by the way to the registry
 * @param card the network interface whose address that is
 * @param data its folder; empty: within the state folder
 * @param memory bytes it offers at the most
 * @param ollama URL of an Ollama that it takes in
 * @param ollamaCommand an Ollama that it starts: an absolute path, or a name on PATH
 * @param patience how long it may take to be seen by the cluster
 */
public record JoinOptions(
        URI registry,
        String token,
        Optional<InetAddress> bind,
        Optional<String> advertise,
        Optional<String> card,
        Optional<Path> data,
        OptionalLong memory,
        Optional<URI> ollama,
        Optional<String> ollamaCommand,
        UpOptions.CacheMaking caches,
        Duration patience) {

    /** What the agent's process is told of it; a name with an empty value is taken away. */
    Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        // no agent speaks to Redis
        settings.put("CARAVAN_REDIS", "");
        // what this command was not told comes from nowhere else
        settings.put("SERVER_ADDRESS", bind.map(InetAddress::getHostAddress).orElse(""));
        settings.put("CARAVAN_ADDRESS_ADVERTISE", advertise.orElse(""));
        settings.put("CARAVAN_ADDRESS_NETWORK_INTERFACE", card.orElse(""));
        memory.ifPresent(bytes -> settings.put("CARAVAN_WORKER_MEMORY", bytes + "B"));
        data.ifPresent(
                folder -> settings.put("CARAVAN_DATA_DIR", folder.toAbsolutePath().toString()));
        if (ollama.isPresent() || ollamaCommand.isPresent()) {
            settings.put(OllamaAdoption.SETTING, ollama.map(URI::toString).orElse(""));
            settings.put(OllamaAdoption.COMMAND, ollamaCommand.orElse(""));
        }
        return settings;
    }

    @Override
    public String toString() {
        return "JoinOptions[registry=" + registry + "]";
    }
}
