package dev.caravan.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.engine.source.EngineException;
import dev.caravan.engine.source.EngineSource;
import dev.caravan.engine.source.FoundEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineFinderTest {

    @TempDir Path folder;
    private final AtomicInteger probes = new AtomicInteger();
    private EngineHome home;
    private Path server;

    @BeforeEach
    void writeEngine() throws IOException {
        home = new EngineHome(folder.resolve("home"));
        server = Files.writeString(folder.resolve("llama-server"), "one");
    }

    @Test
    void triesAnEngineOnceAndRemembersAllOfIt() {
        EngineInstallation first = finder().find().orElseThrow();

        EngineInstallation later = finder().find().orElseThrow();

        assertThat(later).isEqualTo(first);
        assertThat(probes).hasValue(1);
    }

    @Test
    void triesAnEngineAgainWhenAFileOfItHasChanged() throws Exception {
        finder().find();

        Files.writeString(server, "another");
        finder().find();

        assertThat(probes).hasValue(2);
    }

    @Test
    void triesAnEngineAgainOnAnotherProcessor() {
        finder().find();

        assertThat(new InstallationFile(home, "another").recall(found())).isEmpty();
        assertThat(new InstallationFile(home).recall(found())).isPresent();
    }

    @Test
    void toleratesFieldsThatALaterVersionAdded() throws Exception {
        finder().find();
        Path file = home.folder().resolve("installation.json");

        Files.writeString(
                file,
                Files.readString(file)
                        .replaceFirst("\\{", "{\"later\":[1],")
                        .replace("\"build\"", "\"more\":{},\"build\""));
        finder().find();

        assertThat(probes).hasValue(1);
    }

    @Test
    void triesAgainWhenWhatItRememberedCannotBeRead() throws Exception {
        finder().find();

        Files.writeString(home.folder().resolve("installation.json"), "{\"files\":[]}");
        finder().find();
        Files.writeString(home.folder().resolve("installation.json"), "{\"fi");
        finder().find();

        assertThat(probes).hasValue(3);
    }

    @Test
    void aHostWithoutAnEngineHasNone() {
        EngineFinder finder = new EngineFinder(home, List.of(Optional::empty), this::probe);

        assertThat(finder.find()).isEmpty();
        assertThatThrownBy(() -> new EngineInstaller(finder).install(_ -> {}))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("no engine on this host");
    }

    @Test
    void anInstalledEngineThatDoesNotWorkIsDiscarded() {
        FakeSource source = new FakeSource(this::found);
        EngineFinder finder =
                new EngineFinder(
                        home,
                        List.of(source),
                        _ -> {
                            throw new EngineException("broken");
                        });

        assertThatThrownBy(() -> new EngineInstaller(finder).install(_ -> {})).hasMessage("broken");
        assertThat(source.find()).isEmpty();
    }

    @Test
    void goesOnToTheNextSourceWhereOneCannotGiveAnEngineAndSaysSo() {
        FakeSource second = new FakeSource(this::found);
        List<String> said = new ArrayList<>();

        EngineInstallation installed =
                new EngineInstaller(
                                new EngineFinder(
                                        home, List.of(refusing("no archive"), second), this::probe))
                        .install(said::add);

        assertThat(installed.server()).isEqualTo(server);
        assertThat(said).first().isEqualTo("fake: no archive");
    }

    @Test
    void tellsWhatEachSourceSaidWhereNoneCanGiveAnEngine() {
        EngineFinder finder =
                new EngineFinder(
                        home, List.of(refusing("no archive"), refusing("no mirror")), this::probe);

        assertThatThrownBy(() -> new EngineInstaller(finder).install(_ -> {}))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("fake: no archive")
                .hasMessageContaining("fake: no mirror");
    }

    private static FakeSource refusing(String reason) {
        return new FakeSource(
                () -> {
                    throw new EngineException(reason);
                });
    }

    private EngineFinder finder() {
        EngineSource source = () -> Optional.of(found());
        return new EngineFinder(home, List.of(source), this::probe);
    }

    private FoundEngine found() {
        return new FoundEngine(
                "test",
                server,
                Optional.empty(),
                Optional.of(server),
                List.of(server),
                Map.of("libc6", "2.43-7"));
    }

    private EngineInstallation probe(FoundEngine found) {
        probes.incrementAndGet();
        return FakeSource.installation(found);
    }
}
