package dev.caravan.engine.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * A log that another process appends to. When it has outgrown its bound its end is copied to {@code
 * NAME.1} and the file is cut to nothing, which an appending writer does not notice; lines written
 * between the copy and the cut are lost.
 */
final class BoundedLog {

    /** An engine's lines are shorter at its usual verbosity; longer ones make fewer lines. */
    private static final long LINE_BYTES = 1024;

    private final Path file;
    private final Path earlier;
    private final long bound;
    private boolean cut;

    BoundedLog(Path file, long bound) {
        this.file = file;
        this.earlier = file.resolveSibling(file.getFileName() + ".1");
        this.bound = bound;
    }

    /** Sets aside what an earlier process left, so that its lines are not taken for this one's. */
    synchronized void begin() throws IOException {
        if (Files.exists(file)) {
            keepTail();
        } else {
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
        }
    }

    synchronized void bound() throws IOException {
        if (Files.size(file) > bound) {
            keepTail();
            cut = true;
        }
    }

    /** The last lines of this process, oldest first. */
    synchronized List<String> tail(int lines) throws IOException {
        List<String> last = new ArrayList<>();
        if (cut) {
            last.addAll(read(earlier, lines * LINE_BYTES).lines().toList());
        }
        last.addAll(read(file, lines * LINE_BYTES).lines().toList());
        return List.copyOf(last.subList(Math.max(0, last.size() - lines), last.size()));
    }

    private void keepTail() throws IOException {
        Files.writeString(earlier, read(file, bound / 2));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(0);
        }
    }

    /** The whole lines within the last bytes of a file. */
    private static String read(Path file, long bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            // Asked once: the file grows while it is read.
            long size = channel.size();
            long start = Math.max(0, size - bytes);
            ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(size - start));
            channel.position(start);
            while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
                continue;
            }
            String text = new String(buffer.array(), 0, buffer.position(), UTF_8);
            return start == 0 ? text : text.substring(text.indexOf('\n') + 1);
        }
    }
}
