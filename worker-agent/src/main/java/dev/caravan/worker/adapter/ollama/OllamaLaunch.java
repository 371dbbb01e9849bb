package dev.caravan.worker.adapter.ollama;

import dev.caravan.engine.process.ProcessLauncher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What an agent starts its own Ollama with.
 *
 * @param folder for the log
 * @param clusterId put into its environment
 * @param store folder of the agent's own models
 * @param environment of the agent, which the server gets too
 */
public record OllamaLaunch(
        ProcessLauncher launcher,
        Path folder,
        String clusterId,
        Path store,
        Map<String, String> environment) {

    public OllamaLaunch {
        environment = Map.copyOf(environment);
    }

    OllamaHost host(String command, OllamaProperties properties) {
        return new StartedOllama(
                new OllamaCommand(
                        command,
                        environment.getOrDefault("PATH", ""),
                        settings(properties),
                        folder),
                launcher);
    }

    /** Prompts of a cluster's users do not leave it because the server's user has an account. */
    private Map<String, String> settings(OllamaProperties properties) {
        Optional<Path> models = Optional.ofNullable(properties.models()).map(Path::toAbsolutePath);
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("CARAVAN_CLUSTER_ID", clusterId);
        settings.put("OLLAMA_NO_CLOUD", "1");
        settings.put("OLLAMA_NUM_PARALLEL", Integer.toString(properties.slots()));
        models.ifPresent(given -> settings.put("OLLAMA_MODELS", given.toString()));
        if (isStore(models.orElseGet(this::usual))) {
            // the agent prunes it, and knows what is on its way into it
            settings.put("OLLAMA_NOPRUNE", "1");
        }
        return settings;
    }

    private Path usual() {
        String given = environment.getOrDefault("OLLAMA_MODELS", "").strip();
        return given.isEmpty() ? home().resolve(".ollama").resolve("models") : Path.of(given);
    }

    private Path home() {
        return Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")));
    }

    private boolean isStore(Path models) {
        return real(models).equals(real(store));
    }

    private static Path real(Path folder) {
        try {
            return folder.toRealPath();
        } catch (IOException notThere) {
            return folder.toAbsolutePath().normalize();
        }
    }
}
