package dev.caravan.engine.release;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Unpacks a {@code .tar.gz} without trusting it: nothing is written outside of the folder, whatever
 * the names and links in it say. Links are made last, so no file is ever written through one, and
 * each has to end inside. Owners and special bits are not taken over.
 */
final class TarGz {

    private static final int MOST_ENTRIES = 20_000;
    private static final int OWNER_EXECUTES = 0100;
    private static final int BUFFER = 1 << 16;

    private final Path folder;
    private final long mostBytes;
    private final Map<Path, Path> links = new LinkedHashMap<>();
    private long bytes;

    private TarGz(Path folder, long mostBytes) {
        this.folder = folder;
        this.mostBytes = mostBytes;
    }

    /**
     * @param folder an empty folder; what is in it after an error is of no use
     * @param mostBytes the most its files may have in all
     * @throws IOException naming the entry that cannot be unpacked, or where the archive ends early
     */
    static void unpack(Path archive, Path folder, long mostBytes) throws IOException {
        TarGz target = new TarGz(folder.toRealPath(), mostBytes);
        try (InputStream file = new BufferedInputStream(Files.newInputStream(archive), BUFFER);
                GZIPInputStream unzipped = new GZIPInputStream(file, BUFFER);
                TarArchiveInputStream entries = new TarArchiveInputStream(unzipped)) {
            target.unpack(entries);
        } catch (EOFException cut) {
            throw new IOException("ends in the middle (expected: a whole .tar.gz)", cut);
        }
    }

    private void unpack(TarArchiveInputStream entries) throws IOException {
        int count = 0;
        for (TarArchiveEntry entry = entries.getNextEntry();
                entry != null;
                entry = entries.getNextEntry()) {
            count++;
            if (count > MOST_ENTRIES) {
                throw new IOException("more than %d entries".formatted(MOST_ENTRIES));
            }
            take(entry, entries);
        }
        if (count == 0) {
            throw new IOException("no entry (expected: a tar archive)");
        }
        makeLinks();
    }

    private void take(TarArchiveEntry entry, InputStream content) throws IOException {
        Path place = place(entry.getName());
        if (entry.isDirectory()) {
            Files.createDirectories(place);
        } else if (entry.isSymbolicLink()) {
            links.put(place, Path.of(entry.getLinkName()));
        } else if (isPlainFile(entry)) {
            Files.createDirectories(place.getParent());
            write(entry, content, place);
        } else {
            throw refused(entry.getName(), "files, folders and symbolic links only");
        }
    }

    private static boolean isPlainFile(TarArchiveEntry entry) {
        byte kind = entry.getLinkFlag();
        return kind == TarConstants.LF_NORMAL || kind == TarConstants.LF_OLDNORM;
    }

    private Path place(String name) throws IOException {
        Path place = folder.resolve(name).normalize();
        boolean climbs = Path.of(name).isAbsolute() || ("/" + name + "/").contains("/../");
        if (climbs || !place.startsWith(folder)) {
            throw refused(name, "a name below the archive's own folder");
        }
        return place;
    }

    private void write(TarArchiveEntry entry, InputStream content, Path place) throws IOException {
        try (OutputStream file = Files.newOutputStream(place, StandardOpenOption.CREATE_NEW)) {
            byte[] buffer = new byte[BUFFER];
            int read = content.read(buffer);
            while (read >= 0) {
                bytes += read;
                if (bytes > mostBytes) {
                    throw new IOException(
                            "entry %s: more than %d bytes in all"
                                    .formatted(entry.getName(), mostBytes));
                }
                file.write(buffer, 0, read);
                read = content.read(buffer);
            }
        }
        boolean executable = (entry.getMode() & OWNER_EXECUTES) != 0;
        Files.setPosixFilePermissions(
                place, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }

    private void makeLinks() throws IOException {
        for (var link : links.entrySet()) {
            Files.createDirectories(link.getKey().getParent());
            Files.createSymbolicLink(link.getKey(), link.getValue());
        }
        for (var link : links.entrySet()) {
            String name = "%s -> %s".formatted(folder.relativize(link.getKey()), link.getValue());
            try {
                if (link.getValue().isAbsolute()
                        || !link.getKey().toRealPath().startsWith(folder)) {
                    throw refused(name, "a link to a file in the archive");
                }
            } catch (NoSuchFileException nowhere) {
                IOException refusal = refused(name, "a link to a file in the archive");
                refusal.initCause(nowhere);
                throw refusal;
            }
        }
    }

    private static IOException refused(String name, String expected) {
        return new IOException("entry %s (expected: %s)".formatted(name, expected));
    }
}
