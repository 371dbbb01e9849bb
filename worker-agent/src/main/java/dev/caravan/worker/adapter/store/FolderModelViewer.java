package dev.caravan.worker.adapter.store;

import dev.caravan.gguf.GgufFile;
import dev.caravan.gguf.GgufLimits;
import dev.caravan.gguf.GgufReader;
import dev.caravan.gguf.GgufTensor;
import dev.caravan.gguf.GgufValue;
import dev.caravan.worker.app.store.ModelViewer;
import dev.caravan.worker.app.store.StoredModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Reads a model's file anew for each view; a view is asked for by people. */
final class FolderModelViewer implements ModelViewer {

    private static final Logger log = LoggerFactory.getLogger(FolderModelViewer.class);

    /** The largest vocabularies have some 260,000 entries of about ten bytes. */
    private static final GgufLimits WHOLE = GgufLimits.standard().keeping(1 << 19, 64L << 20);

    private final Scheduler disk;

    FolderModelViewer(Scheduler disk) {
        this.disk = disk;
    }

    @Override
    public Mono<FileView> view(StoredModel model, boolean verbose) {
        return Mono.fromSupplier(() -> model.weights().map(file -> read(file, verbose)))
                .map(view -> view.orElse(FileView.EMPTY))
                .subscribeOn(disk);
    }

    private static FileView read(Path file, boolean verbose) {
        try {
            GgufReader reader = verbose ? new GgufReader(WHOLE) : new GgufReader();
            return view(reader.read(file), verbose);
        } catch (IOException unreadable) {
            // The model is listed with this fault; what else is known of it is still shown.
            log.atDebug()
                    .addKeyValue("file", file)
                    .addKeyValue("cause", unreadable.getMessage())
                    .log("file not shown");
            return FileView.EMPTY;
        }
    }

    private static FileView view(GgufFile head, boolean verbose) {
        return new FileView(
                head.text("tokenizer.chat_template"),
                Optional.empty(),
                metadata(head, verbose),
                head.tensors().stream()
                        .map(
                                tensor ->
                                        new TensorView(
                                                tensor.name(),
                                                tensor.type().name(),
                                                tensor.shape()))
                        .toList());
    }

    /** By name, as Ollama tells it, which counts the parameters where the file does not say. */
    private static Map<String, @Nullable Object> metadata(GgufFile head, boolean verbose) {
        Map<String, @Nullable Object> metadata = new TreeMap<>();
        metadata.put(
                "general.parameter_count",
                head.tensors().stream().mapToLong(GgufTensor::elements).sum());
        head.metadata().forEach((key, value) -> metadata.put(key, plain(value, verbose)));
        return metadata;
    }

    private static @Nullable Object plain(GgufValue value, boolean verbose) {
        return switch (value) {
            case GgufValue.Real(double number) -> shortest(number);
            case GgufValue.Items(_, List<GgufValue> values) ->
                    verbose || values.isEmpty()
                            ? values.stream().map(each -> plain(each, true)).toList()
                            : null;
            default -> value.plain().orElse(null);
        };
    }

    /** The shortest number that says it; most were 32 bits wide in the file. */
    private static Number shortest(double number) {
        if (number == Math.rint(number) && Math.abs(number) < Integer.MAX_VALUE) {
            return (long) number;
        }
        float narrow = (float) number;
        if (narrow == number) {
            return narrow;
        }
        return number;
    }
}
