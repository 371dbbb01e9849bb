package dev.caravan.worker.adapter.store;

import dev.caravan.gguf.GgufFile;
import dev.caravan.gguf.GgufLimits;
import dev.caravan.gguf.GgufReader;
import dev.caravan.worker.app.store.ModelViewer;
import dev.caravan.worker.app.store.StoredModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
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
            return view(reader.read(file));
        } catch (IOException unreadable) {
            // The model is listed with this fault; what else is known of it is still shown.
            log.atDebug()
                    .addKeyValue("file", file)
                    .addKeyValue("cause", unreadable.getMessage())
                    .log("file not shown");
            return FileView.EMPTY;
        }
    }

    private static FileView view(GgufFile head) {
        Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
        head.metadata().forEach((key, value) -> metadata.put(key, value.plain().orElse(null)));
        return new FileView(
                head.text("tokenizer.chat_template"),
                Optional.empty(),
                metadata,
                head.tensors().stream()
                        .map(
                                tensor ->
                                        new TensorView(
                                                tensor.name(),
                                                tensor.type().name(),
                                                tensor.shape()))
                        .toList());
    }
}
