package dev.caravan.cli.cluster;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** What processes have written, seen from its end. */
public final class Logs {

    /** A tail is never looked for further back than this. */
    private static final int TAIL_BYTES = 256 * 1024;

    /** A file of plain output that has grown beyond this starts anew with its process. */
    private static final long OUTPUT_BYTES = 1024 * 1024;

    private Logs() {}

    /** The last lines of a file; empty where there is none. */
    public static String tail(Path file, int lines) throws IOException {
        if (Files.notExists(file)) {
            return "";
        }
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "r")) {
            long length = access.length();
            int size = (int) Math.min(length, TAIL_BYTES);
            byte[] bytes = new byte[size];
            access.seek(length - size);
            access.readFully(bytes);
            List<String> all = new String(bytes, StandardCharsets.UTF_8).lines().toList();
            return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
        }
    }

    /** The last lines a member said: of its log, and of what it said beside it. */
    public static String lastWords(Home home, String member, int lines) throws IOException {
        String log = tail(home.log(member), lines);
        String output = tail(home.output(member), lines);
        return (log + (log.isEmpty() || output.isEmpty() ? "" : "\n") + output).strip();
    }

    /** Bounds what is written without a log of its own; the last run's text is kept beside. */
    static void boundOutput(Path output) throws IOException {
        if (Files.exists(output) && Files.size(output) > OUTPUT_BYTES) {
            Files.move(
                    output,
                    output.resolveSibling(output.getFileName() + ".1"),
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
