package dev.caravan.worker.adapter.files;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.core.run.LoadOptions;
import dev.caravan.worker.app.desired.DesiredFile;
import dev.caravan.worker.app.desired.DesiredState;
import dev.caravan.worker.app.desired.Wishes;
import dev.caravan.worker.app.engine.MemberId;
import dev.caravan.worker.app.engine.Stage;
import dev.caravan.worker.app.engine.Stages;
import dev.caravan.worker.app.engine.WantedEngine;
import dev.caravan.worker.app.group.WantedMember;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
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

    /**
     * @param members absent in files of earlier agents, as is {@code endedMembers}
     */
    private record Content(
            long epoch,
            long generation,
            List<Engine> engines,
            List<String> ended,
            @Nullable List<MemberEntry> members,
            @Nullable List<String> endedMembers) {}

    /**
     * @param model all four parts of the name
     * @param keepAliveMillis -1 for ever
     * @param stages absent in files of earlier agents, as are {@code options} and {@code loading}
     */
    private record Engine(
            String replicaId,
            String model,
            String digest,
            int contextLength,
            int slots,
            String continuation,
            long keepAliveMillis,
            @Nullable List<StageEntry> stages,
            @Nullable List<String> options,
            @Nullable LoadOptions loading) {}

    /**
     * @param member absent: the head's own process
     */
    private record StageEntry(String agent, String address, @Nullable String member, int layers) {}

    private record MemberEntry(
            String memberId,
            String group,
            String model,
            String digest,
            String head,
            int firstLayer,
            int layers,
            String continuation,
            long memory) {}

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
                        state.wishes().engines().stream().map(DesiredJsonFile::engine).toList(),
                        state.ended().stream().map(ReplicaId::value).sorted().toList(),
                        state.wishes().members().stream().map(DesiredJsonFile::member).toList(),
                        state.endedMembers().stream().map(MemberId::value).sorted().toList());
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
                new Wishes(
                        content.engines().stream().map(DesiredJsonFile::wanted).toList(),
                        orNone(content.members()).stream().map(DesiredJsonFile::wanted).toList()),
                content.ended().stream().map(ReplicaId::new).collect(Collectors.toSet()),
                orNone(content.endedMembers()).stream()
                        .map(MemberId::new)
                        .collect(Collectors.toSet()));
    }

    private static <T> List<T> orNone(@Nullable List<T> list) {
        return Objects.requireNonNullElse(list, List.of());
    }

    private static ModelRef model(String name) {
        return ModelRef.parse(name)
                .orElseThrow(() -> new IllegalArgumentException("model: " + name));
    }

    private static WantedMember wanted(MemberEntry member) {
        return new WantedMember(
                new MemberId(member.memberId()),
                new ReplicaId(member.group()),
                model(member.model()),
                new ModelDigest(member.digest()),
                new AgentId(member.head()),
                member.firstLayer(),
                member.layers(),
                Continuation.parse(member.continuation()),
                new ByteSize(member.memory()));
    }

    private static MemberEntry member(WantedMember wanted) {
        return new MemberEntry(
                wanted.id().value(),
                wanted.group().value(),
                wanted.model().full(),
                wanted.digest().hex(),
                wanted.head().value(),
                wanted.firstLayer(),
                wanted.layers(),
                wanted.continuation().label(),
                wanted.memory().bytes());
    }

    private static Stage stage(StageEntry stage) {
        return new Stage(
                new AgentId(stage.agent()),
                stage.address(),
                Optional.ofNullable(stage.member()).map(MemberId::new),
                stage.layers());
    }

    private static StageEntry stage(Stage stage) {
        return new StageEntry(
                stage.agent().value(),
                stage.address(),
                stage.member().map(MemberId::value).orElse(null),
                stage.layers());
    }

    private static WantedEngine wanted(Engine engine) {
        return new WantedEngine(
                new ReplicaId(engine.replicaId()),
                model(engine.model()),
                new ModelDigest(engine.digest()),
                engine.contextLength(),
                engine.slots(),
                Continuation.parse(engine.continuation()),
                engine.keepAliveMillis() == FOREVER
                        ? new KeepAlive.Forever()
                        : new KeepAlive.For(Duration.ofMillis(engine.keepAliveMillis())),
                new Stages(orNone(engine.stages()).stream().map(DesiredJsonFile::stage).toList()),
                orNone(engine.options()),
                Objects.requireNonNullElse(engine.loading(), LoadOptions.NONE));
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
                },
                wanted.stages().list().stream().map(DesiredJsonFile::stage).toList(),
                wanted.options(),
                wanted.loading());
    }
}
