package dev.caravan.engine;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The user's folder that holds engines fetched by Caravan and what is known of the engine in use;
 * shared by all clusters of the user.
 */
public record EngineHome(Path folder) {

    /** The environment variable that names the folder. */
    public static final String VARIABLE = "CARAVAN_ENGINE_HOME";

    public EngineHome {
        folder = folder.toAbsolutePath().normalize();
    }

    /**
     * {@value #VARIABLE}, else {@code caravan/engine} in the user's cache folder ({@code
     * XDG_CACHE_HOME}, else {@code ~/.cache}).
     *
     * @param environment the process's environment
     * @param userHome the user's home folder
     */
    public static EngineHome of(Map<String, String> environment, Path userHome) {
        return variable(environment, VARIABLE)
                .map(EngineHome::new)
                .orElseGet(
                        () ->
                                new EngineHome(
                                        variable(environment, "XDG_CACHE_HOME")
                                                .filter(Path::isAbsolute)
                                                .orElse(userHome.resolve(".cache"))
                                                .resolve("caravan/engine")));
    }

    private static Optional<Path> variable(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name))
                .filter(value -> !value.isBlank())
                .map(Path::of);
    }
}
