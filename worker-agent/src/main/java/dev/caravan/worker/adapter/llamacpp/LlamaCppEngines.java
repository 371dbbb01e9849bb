package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.engine.Backend;
import dev.caravan.engine.EngineInstallation;
import dev.caravan.engine.process.LeashedProcess;
import dev.caravan.engine.process.ProcessLauncher;
import dev.caravan.engine.process.ProcessSpec;
import dev.caravan.worker.app.engine.EngineBuild;
import dev.caravan.worker.app.engine.EngineSpec;
import dev.caravan.worker.app.engine.Engines;
import dev.caravan.worker.app.engine.RunningEngine;
import dev.caravan.worker.app.prompt.PromptTemplates;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts {@code llama-server}s from the installation that this host has. */
public final class LlamaCppEngines implements Engines {

    private static final Logger log = LoggerFactory.getLogger(LlamaCppEngines.class);

    private static final String WAY_OUT = "./caravan engine install";
    private static final long LOG_BYTES = 1 << 20;
    private static final int KEPT_LOGS = 32;
    private static final int KEY_BYTES = 16;

    private final Supplier<Optional<EngineInstallation>> finder;
    private final Supplier<List<String>> cpuVariants;
    private final ProcessLauncher launcher;
    private final CommandLine commandLine;
    private final Path folder;
    private final Duration loadTimeout;
    private final PromptTemplates templates;
    private final SecureRandom random = new SecureRandom();

    /** What was found last; the paths in it are not told to others. */
    private volatile Optional<EngineInstallation> installation = Optional.empty();

    private volatile Availability availability =
            new Availability.Missing("llama-server: not looked for yet");

    /**
     * @param finder looks on this host; may block, and fail with a message for people
     * @param cpuVariants that the engine could be pinned to; asked when one has been found
     * @param folder for the engines' logs
     * @param threads that one engine computes with
     * @param compute the host's own way, below what a model asks for
     * @param extraArguments of each engine, after ours
     * @param clusterId put into each engine's environment
     * @param templates makes the prompts of models with a Go template
     */
    public LlamaCppEngines(
            Supplier<Optional<EngineInstallation>> finder,
            Supplier<List<String>> cpuVariants,
            ProcessLauncher launcher,
            Path folder,
            int threads,
            ComputeOptions compute,
            List<String> extraArguments,
            String clusterId,
            Duration loadTimeout,
            PromptTemplates templates) {
        this.finder = finder;
        this.cpuVariants = cpuVariants;
        this.launcher = launcher;
        this.commandLine = new CommandLine(threads, compute, extraArguments, clusterId);
        this.folder = folder;
        this.loadTimeout = loadTimeout;
        this.templates = templates;
    }

    @Override
    public Availability availability() {
        return availability;
    }

    /** Looks for an engine where none has been found yet; blocks. */
    public synchronized void look() {
        if (installation.isPresent()) {
            return;
        }
        Availability before = availability;
        try {
            installation = finder.get();
            availability =
                    installation
                            .<Availability>map(found -> new Availability.Found(build(found)))
                            .orElseGet(
                                    () ->
                                            new Availability.Missing(
                                                    "llama-server: not found on this host (expected: on PATH or installed; run %s)"
                                                            .formatted(WAY_OUT)));
        } catch (RuntimeException unusable) {
            availability =
                    new Availability.Missing(
                            "llama-server: %s (way out: %s)"
                                    .formatted(unusable.getMessage(), WAY_OUT));
        }
        if (!availability.equals(before)) {
            log.atInfo().addKeyValue("engine", availability).log("engine looked for");
        }
    }

    private EngineBuild build(EngineInstallation found) {
        return new EngineBuild(
                "llama.cpp",
                found.build(),
                found.rpcProtocol().orElse(""),
                found.backends().stream().map(LlamaCppEngines::text).toList(),
                found.source(),
                cpuVariants.get());
    }

    private static String text(Backend backend) {
        return backend.cpuVariant()
                .map(variant -> backend.name() + "-" + variant)
                .orElse(backend.name());
    }

    @Override
    public RunningEngine start(EngineSpec spec) {
        EngineInstallation found = installed();
        String apiKey = key();
        try {
            EngineLogs.keepNewest(folder, KEPT_LOGS);
            LeashedProcess process =
                    launcher.start(
                            new ProcessSpec(
                                    commandLine.command(found.server(), spec),
                                    commandLine.environment(spec, apiKey),
                                    folder,
                                    folder.resolve(spec.id() + ".log"),
                                    LOG_BYTES,
                                    commandLine.keptLines(spec)));
            return new LlamaCppEngine(spec, process, found.build(), apiKey, loadTimeout, templates);
        } catch (IOException unable) {
            throw cannotStart(found.server(), unable);
        }
    }

    /** What is to be started; looks for it where it has not been found yet, blocks. */
    EngineInstallation installed() {
        look();
        return installation.orElseThrow(() -> new CaravanException(FaultCode.LOAD_FAILED, fault()));
    }

    /** It may be gone, so it is looked for again. */
    CaravanException cannotStart(Path binary, IOException unable) {
        installation = Optional.empty();
        return new CaravanException(
                FaultCode.LOAD_FAILED,
                "%s: cannot be started: %s (way out: %s)"
                        .formatted(binary, unable.getMessage(), WAY_OUT),
                unable);
    }

    private String fault() {
        return switch (availability) {
            case Availability.Missing(String fault) -> fault;
            case Availability.Found(EngineBuild build) -> build + ": gone";
        };
    }

    private String key() {
        byte[] key = new byte[KEY_BYTES];
        random.nextBytes(key);
        return HexFormat.of().formatHex(key);
    }
}
