package dev.caravan.worker.adapter.files;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.worker.app.desired.DesiredFile;
import dev.caravan.worker.app.desired.DesiredState;
import dev.caravan.worker.app.engine.WantedEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The desired state as one JSON file. */
public final class DesiredJsonFile implements DesiredFile {

    private static final Logger log = LoggerFactory.getLogger(DesiredJsonFile.class);

    private static final long FOREVER = -1;

    private static final JsonMapper MAPPER =
            JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    private final Path file;

    public DesiredJsonFile(Path file) {
        this.file = file;
    }

    private record Content(long epoch, long generation, List<Engine> engines, List<String> ended) {}

    /**
     * @param model all four parts of the name
     * @param keepAliveMillis -1 for ever
     */
    private record Engine(
            String replicaId,
            String model,
            String digest,
            int contextLength,
            int slots,
            String continuation,
            long keepAliveMillis) {}

    @Override
    public DesiredState read() {
        if (Files.notExists(file)) {
            return DesiredState.NONE;
        }
        try {
            return state(MAPPER.readValue(Files.readAllBytes(file), Content.class));
        } catch (IOException | JacksonException | IllegalArgumentException unreadable) {
            // Written whole or not at all, so somebody else wrote it; the scheduler will tell anew.
            log.atWarn()
                    .addKeyValue("file", file)
                    .addKeyValue("cause", unreadable.getMessage())
                    .log("desired engines not read");
            return DesiredState.NONE;
        }
    }

    @Override
    public void write(DesiredState state) {
        Content content =
                new Content(
                        state.version().epoch(),
                        state.version().number(),
                        state.engines().stream().map(DesiredJsonFile::engine).toList(),
                        state.ended().stream().map(ReplicaId::value).sorted().toList());
        try {
            WholeFile.write(file, MAPPER.writeValueAsBytes(content));
        } catch (IOException failed) {
            throw new UncheckedIOException(
                    "desired engines: not saved to %s: %s".formatted(file, failed), failed);
        }
    }

    private static DesiredState state(Content content) {
        return new DesiredState(
                new Version(content.epoch(), content.generation()),
                content.engines().stream().map(DesiredJsonFile::wanted).toList(),
                content.ended().stream().map(ReplicaId::new).collect(Collectors.toSet()));
    }

    private static WantedEngine wanted(Engine engine) {
        return new WantedEngine(
                new ReplicaId(engine.replicaId()),
                ModelRef.parse(engine.model())
                        .orElseThrow(
                                () -> new IllegalArgumentException("model: " + engine.model())),
                new ModelDigest(engine.digest()),
                engine.contextLength(),
                engine.slots(),
                Continuation.parse(engine.continuation()),
                engine.keepAliveMillis() == FOREVER
                        ? new KeepAlive.Forever()
                        : new KeepAlive.For(Duration.ofMillis(engine.keepAliveMillis())));
    }

    private static Engine engine(WantedEngine wanted) {
        return new Engine(
                wanted.id().value(),
                wanted.model().full(),
                wanted.digest().hex(),
                wanted.contextLength(),
                wanted.slots(),
                wanted.continuation().label(),
                switch (wanted.keepAlive()) {
                    case KeepAlive.For(Duration duration) -> duration.toMillis();
                    case KeepAlive.Forever _, KeepAlive.Unset _ -> FOREVER;
                });
    }
}
