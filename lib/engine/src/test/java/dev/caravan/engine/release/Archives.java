package dev.caravan.engine.release;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;

/** Packs archives, also such as no honest tool would. */
final class Archives implements AutoCloseable {

    private final TarArchiveOutputStream tar;

    private Archives(OutputStream out) throws IOException {
        GzipParameters quick = new GzipParameters();
        quick.setCompressionLevel(Deflater.BEST_SPEED);
        tar = new TarArchiveOutputStream(new GzipCompressorOutputStream(out, quick));
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    }

    static Archives to(Path file) throws IOException {
        return new Archives(Files.newOutputStream(file));
    }

    Archives file(String name, String content, boolean executable) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setSize(bytes.length);
        entry.setMode(executable ? 0100755 : 0100644);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
        return this;
    }

    Archives link(String name, String target) throws IOException {
        return special(name, target, TarConstants.LF_SYMLINK);
    }

    Archives special(String name, String target, byte kind) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, kind, true);
        entry.setLinkName(target);
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
        return this;
    }

    /** What lies in a folder, links as links, under {@code top}; {@code parts} of it only. */
    Archives tree(String top, Path folder, List<String> parts) throws IOException {
        for (String part : parts) {
            try (Stream<Path> all = Files.walk(folder.resolve(part))) {
                for (Path path : all.sorted().toList()) {
                    add(top + "/" + folder.relativize(path), path);
                }
            }
        }
        return this;
    }

    private void add(String name, Path path) throws IOException {
        if (Files.isSymbolicLink(path)) {
            // documentation that packages not unpacked here would have
            if (Files.exists(path)) {
                link(name, Files.readSymbolicLink(path).toString());
            }
        } else if (Files.isRegularFile(path)) {
            TarArchiveEntry entry = new TarArchiveEntry(path, name);
            entry.setMode(Files.isExecutable(path) ? 0100755 : 0100644);
            tar.putArchiveEntry(entry);
            Files.copy(path, tar);
            tar.closeArchiveEntry();
        }
    }

    static String sha256(Path file) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    @Override
    public void close() throws IOException {
        tar.close();
    }
}
