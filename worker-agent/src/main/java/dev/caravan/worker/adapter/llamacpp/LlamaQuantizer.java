package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.engine.process.ExitStatus;
import dev.caravan.engine.process.LeashedProcess;
import dev.caravan.engine.process.ProcessLauncher;
import dev.caravan.engine.process.ProcessSpec;
import dev.caravan.worker.app.store.Quantizer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Runs the engine's own {@code llama-quantize} on its leash and reads its progress. */
public final class LlamaQuantizer implements Quantizer {

    /** As in {@code [ 42/ 200]}: the tensors done and all of them. */
    private static final Pattern PROGRESS = Pattern.compile("\\[ *([0-9]+)/ *([0-9]+)]");

    private static final Duration LOOK_EVERY = Duration.ofMillis(200);
    private static final long LOG_BYTES = 1 << 18;
    private static final int LINES = 4;

    private final LlamaCppEngines engines;
    private final ProcessLauncher launcher;
    private final Path folder;
    private final int threads;

    /**
     * @param folder for the program's log
     * @param threads that it may compute with
     */
    public LlamaQuantizer(
            LlamaCppEngines engines, ProcessLauncher launcher, Path folder, int threads) {
        this.engines = engines;
        this.launcher = launcher;
        this.folder = folder;
        this.threads = threads;
    }

    @Override
    public Flux<Double> quantize(Path source, Path target, String type) {
        return Flux.usingWhen(
                Mono.fromCallable(() -> start(source, target, type))
                        .subscribeOn(Schedulers.boundedElastic()),
                LlamaQuantizer::progress,
                process -> Mono.fromFuture(process::kill));
    }

    private LeashedProcess start(Path source, Path target, String type) {
        Path program =
                engines.installed()
                        .quantize()
                        .orElseThrow(
                                () ->
                                        new CaravanException(
                                                FaultCode.INTERNAL,
                                                "llama-quantize unavailable: the engine's folder has none"));
        try {
            return launcher.start(
                    new ProcessSpec(
                            List.of(
                                    program.toString(),
                                    "--allow-requantize",
                                    source.toString(),
                                    target.toString(),
                                    type,
                                    Integer.toString(threads)),
                            Map.of("GGML_NO_BACKTRACE", "1"),
                            folder,
                            folder.resolve("quantize-" + target.getFileName() + ".log"),
                            LOG_BYTES));
        } catch (IOException unable) {
            throw engines.cannotStart(program, unable);
        }
    }

    private static Flux<Double> progress(LeashedProcess process) {
        Mono<ExitStatus> end = Mono.fromFuture(process::onExit).cache();
        return Flux.interval(LOOK_EVERY, Schedulers.boundedElastic())
                .onBackpressureDrop()
                .map(_ -> done(process.lastLines(LINES)))
                .takeUntilOther(end)
                .distinctUntilChanged()
                .filter(share -> share > 0)
                .concatWith(end.flatMapMany(LlamaQuantizer::ended));
    }

    private static double done(List<String> lines) {
        return lines.reversed().stream().flatMap(LlamaQuantizer::shares).findFirst().orElse(0.0);
    }

    private static Stream<Double> shares(String line) {
        return PROGRESS.matcher(line).results().map(LlamaQuantizer::share);
    }

    private static double share(MatchResult found) {
        double all = Double.parseDouble(found.group(2));
        return all > 0 ? Math.min(1, Double.parseDouble(found.group(1)) / all) : 0;
    }

    private static Flux<Double> ended(ExitStatus status) {
        return status.code() == 0
                ? Flux.just(1.0)
                : Flux.error(
                        new CaravanException(
                                FaultCode.INTERNAL, "llama-quantize failed: " + status.describe()));
    }
}
