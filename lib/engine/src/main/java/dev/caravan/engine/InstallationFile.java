package dev.caravan.engine;

import dev.caravan.engine.source.EngineException;
import dev.caravan.engine.source.FoundEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.ToStringSerializer;

/**
 * {@code installation.json}: the engine that was tried last, with the files it was made of and the
 * processor it was tried on. As long as none of them has changed nothing is tried again.
 */
final class InstallationFile {

    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .addModule(
                            new SimpleModule()
                                    .addSerializer(Path.class, ToStringSerializer.instance))
                    .build();

    /** A file as it was: a changed one differs in one of these. */
    private record Seen(Path file, long bytes, Instant modified) {

        static Seen of(Path file) throws IOException {
            FileTime modified = Files.getLastModifiedTime(file);
            return new Seen(file, Files.size(file), Instant.ofEpochMilli(modified.toMillis()));
        }
    }

    private record Tried(EngineInstallation installation, List<Seen> files, String processor) {}

    private final Path file;
    private final String processor;

    InstallationFile(EngineHome home) {
        this(home, Processor.name());
    }

    InstallationFile(EngineHome home, String processor) {
        this.file = home.folder().resolve("installation.json");
        this.processor = processor;
    }

    /** What was learned of an engine; empty if it, one of its files or the processor is another. */
    Optional<EngineInstallation> recall(FoundEngine found) {
        try {
            Tried tried = MAPPER.readValue(Files.readAllBytes(file), Tried.class);
            boolean same =
                    tried.files().equals(seen(found))
                            && tried.processor().equals(processor)
                            && describes(tried.installation(), found);
            return same ? Optional.of(tried.installation()) : Optional.empty();
        } catch (IOException | JacksonException unreadable) {
            // Not there, cut off or of another form: the engine is tried again and this is
            // rewritten.
            return Optional.empty();
        }
    }

    void remember(FoundEngine found, EngineInstallation installation) {
        try {
            Tried tried = new Tried(installation, seen(found), processor);
            Path next = file.resolveSibling(file.getFileName() + ".next");
            Files.write(next, MAPPER.writeValueAsBytes(tried));
            Files.move(
                    next,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new EngineException(
                    "%s: %s (expected: a file that can be written; else set %s)"
                            .formatted(file, e, EngineHome.VARIABLE),
                    e);
        }
    }

    private static boolean describes(EngineInstallation installation, FoundEngine found) {
        return installation.source().equals(found.source())
                && installation.server().equals(found.server())
                && installation.rpcServer().equals(found.rpcServer())
                && installation.quantize().equals(found.quantize());
    }

    private static List<Seen> seen(FoundEngine found) throws IOException {
        Stream.Builder<Seen> seen = Stream.builder();
        for (Path path : found.files()) {
            seen.add(Seen.of(path));
        }
        return seen.build().toList();
    }
}
