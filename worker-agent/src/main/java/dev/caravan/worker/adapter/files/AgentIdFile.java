package dev.caravan.worker.adapter.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.core.cluster.AgentId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** The agent's id: 128 random bits, drawn at the first start and kept. */
public final class AgentIdFile {

    private static final int BYTES = 16;
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{32}");

    private AgentIdFile() {}

    /**
     * @param folder the agent's data folder, made where it is not there
     * @throws IllegalStateException where the file holds something else
     */
    public static AgentId readOrDraw(Path folder) {
        Path file = folder.resolve("agent-id");
        try {
            if (Files.notExists(file)) {
                byte[] bits = new byte[BYTES];
                new SecureRandom().nextBytes(bits);
                WholeFile.write(file, (HexFormat.of().formatHex(bits) + "\n").getBytes(UTF_8));
            }
            String id = Files.readString(file).strip();
            if (!HEX.matcher(id).matches()) {
                throw new IllegalStateException(
                        "agent id: \"%s\" in %s (expected: 32 hex digits; remove the file to get a new one)"
                                .formatted(id, file));
            }
            return new AgentId(id);
        } catch (IOException failed) {
            throw new UncheckedIOException(
                    "agent id: %s cannot be kept: %s (expected: a folder this user may write to; choose another with caravan.data-dir)"
                            .formatted(file, failed),
                    failed);
        }
    }
}
