package dev.caravan.engine.source;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The folder that the operator names. It is the only source then: no silent way round a mistake.
 */
public final class ConfiguredFolder implements EngineSource {

    /** The environment variable that names the folder. */
    public static final String VARIABLE = "CARAVAN_ENGINE_DIR";

    private final Path folder;

    public ConfiguredFolder(Path folder) {
        this.folder = folder;
    }

    @Override
    public Optional<FoundEngine> find() {
        String source = "configured folder " + folder;
        return EngineFolder.engineIn(folder, source)
                .or(() -> EngineFolder.engineIn(folder.resolve("bin"), source))
                .or(
                        () -> {
                            throw new EngineException(
                                    "engine folder: %s (expected: a folder with an executable llama-server or bin/llama-server; correct or unset %s)"
                                            .formatted(folder, VARIABLE));
                        });
    }
}
