package dev.caravan.cli;

import dev.caravan.engine.EngineFinder;
import dev.caravan.engine.EngineInstallation;
import dev.caravan.engine.EngineInstaller;
import dev.caravan.engine.source.EngineException;
import java.util.Optional;
import java.util.function.Consumer;

/** The engine as commands need it: there, or a sentence that says how to get it. */
final class Engines {

    /** The engine of this host, if there is one; nothing is fetched. */
    Optional<EngineInstallation> find() {
        try {
            return EngineFinder.ofEnvironment().find();
        } catch (EngineException failure) {
            throw CliException.of(failure);
        }
    }

    /** The engine of this host; one is fetched where there is none. */
    EngineInstallation installed(Consumer<String> progress) {
        try {
            return new EngineInstaller(EngineFinder.ofEnvironment()).install(progress);
        } catch (EngineException failure) {
            throw CliException.of(failure);
        }
    }
}
