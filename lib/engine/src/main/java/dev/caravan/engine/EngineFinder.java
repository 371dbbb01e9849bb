package dev.caravan.engine;

import dev.caravan.engine.debian.DebianPackages;
import dev.caravan.engine.release.ReleaseArchive;
import dev.caravan.engine.source.ConfiguredFolder;
import dev.caravan.engine.source.EngineException;
import dev.caravan.engine.source.EngineSource;
import dev.caravan.engine.source.FoundEngine;
import dev.caravan.engine.source.SearchPath;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Finds the engine on this host without any network: in the configured folder if there is one, else
 * on PATH, else among what was installed earlier: a release archive, distribution packages. An
 * engine that is seen for the first time is tried once, which takes seconds; later finds only
 * compare files.
 */
public final class EngineFinder {

    private final List<EngineSource> sources;
    private final Function<FoundEngine, EngineInstallation> probe;
    private final HomeLock lock;
    private final InstallationFile memory;
    private final EngineHome home;

    EngineFinder(
            EngineHome home,
            List<EngineSource> sources,
            Function<FoundEngine, EngineInstallation> probe) {
        this.home = home;
        this.sources = List.copyOf(sources);
        this.probe = probe;
        this.lock = new HomeLock(home);
        this.memory = new InstallationFile(home);
    }

    /** The finder of this process: its environment names the folders. */
    public static EngineFinder ofEnvironment() {
        Map<String, String> environment = System.getenv();
        return of(
                EngineHome.of(environment, Path.of(System.getProperty("user.home"))),
                Optional.ofNullable(environment.get(ConfiguredFolder.VARIABLE))
                        .filter(folder -> !folder.isBlank())
                        .map(Path::of),
                environment.getOrDefault("PATH", ""),
                environment);
    }

    /**
     * @param home where installed engines and what is known of them are kept
     * @param configuredFolder the only place to look, if given
     * @param path the environment variable PATH
     */
    public static EngineFinder of(EngineHome home, Optional<Path> configuredFolder, String path) {
        return of(home, configuredFolder, path, Map.of());
    }

    /**
     * @param home where installed engines and what is known of them are kept
     * @param configuredFolder the only place to look, if given
     * @param path the environment variable PATH
     * @param environment what else may say where release archives come from
     */
    public static EngineFinder of(
            EngineHome home,
            Optional<Path> configuredFolder,
            String path,
            Map<String, String> environment) {
        List<EngineSource> sources =
                configuredFolder
                        .<List<EngineSource>>map(folder -> List.of(new ConfiguredFolder(folder)))
                        .orElseGet(
                                () ->
                                        List.of(
                                                new SearchPath(path),
                                                new ReleaseArchive(home.folder(), environment),
                                                new DebianPackages(home.folder())));
        return new EngineFinder(home, sources, new EngineProbe(home)::probe);
    }

    /**
     * Blocks for milliseconds, or for seconds if the engine has to be tried.
     *
     * @return empty if there is none on this host: {@link EngineInstaller} can get one
     * @throws EngineException if the configured folder has none, or what was found does not work
     */
    public Optional<EngineInstallation> find() {
        return found().map(this::tried);
    }

    /**
     * The engine that {@link #find} finds, made to compute with one of its CPU variants.
     *
     * @param variant such as {@code haswell}
     * @throws EngineException as there, and where it does not have the variant or this processor
     *     cannot run it
     */
    public Optional<EngineInstallation> find(String variant) {
        return found().map(found -> pinned(found, variant));
    }

    private EngineInstallation pinned(FoundEngine found, String variant) {
        FoundEngine view = CpuVariants.only(home, found, variant);
        // Beside the other's: each remembers one engine.
        EngineHome own = new EngineHome(home.folder().resolve("variants/known-" + variant));
        EngineInstallation tried =
                new EngineFinder(own, List.of(() -> Optional.of(view)), new EngineProbe(own)::probe)
                        .tried(view);
        if (!tried.cpuVariant().equals(Optional.of(variant))) {
            throw new EngineException(
                    "CPU variant: %s, but the engine at %s computes with %s (expected: one that this processor can run, and no other engine installed for the whole system)"
                            .formatted(
                                    variant, view.server(), tried.cpuVariant().orElse("no other")));
        }
        return tried;
    }

    /** The CPU variants of the engine that {@link #find} finds; none where it has only one. */
    public List<String> cpuVariants() {
        return found().map(CpuVariants::of).orElse(List.of());
    }

    /** What the first source that has one has, not tried yet. */
    Optional<FoundEngine> found() {
        return sources.stream().flatMap(source -> source.find().stream()).findFirst();
    }

    List<EngineSource> sources() {
        return sources;
    }

    HomeLock lock() {
        return lock;
    }

    /** What is known of an engine, tried now if it is not known. */
    EngineInstallation tried(FoundEngine found) {
        return memory.recall(found).orElseGet(() -> lock.alone(() -> triedAlone(found)));
    }

    private EngineInstallation triedAlone(FoundEngine found) {
        return memory.recall(found)
                .orElseGet(
                        () -> {
                            EngineInstallation installation = probe.apply(found);
                            memory.remember(found, installation);
                            return installation;
                        });
    }
}
