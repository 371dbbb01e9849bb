package dev.caravan.cli.cluster;

import dev.caravan.wire.WireJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Small files that are there whole or not at all. */
final class StateFiles {

    private static final JsonMapper MAPPER = WireJson.mapper();

    private StateFiles() {}

    /** Empty where the file is missing or is not what was expected. */
    static <T> Optional<T> read(Path file, Class<T> type) throws IOException {
        try {
            return Optional.ofNullable(MAPPER.readValue(Files.readAllBytes(file), type));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (JacksonException damaged) {
            return Optional.empty();
        }
    }

    static void write(Path file, Object value) throws IOException {
        byte[] text = MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(value);
        replace(file, text);
    }

    /** Writes a text that only this user may read. */
    static void writeSecret(Path file, String secret) throws IOException {
        replace(file, (secret + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static void replace(Path file, byte[] bytes) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.deleteIfExists(next);
        if (Files.getFileStore(file.getParent()).supportsFileAttributeView("posix")) {
            Files.createFile(
                    next,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
        }
        Files.write(next, bytes);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
