package dev.caravan.worker.adapter.store;

import dev.caravan.wire.WireJson;
import dev.caravan.worker.app.transfer.PartialBlobs.Part;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import tools.jackson.core.JacksonException;

/**
 * The parts of one partial file and how far each is, kept in a small file each. A record is
 * replaced in one step, after the bytes that it counts were written.
 */
final class PartRecords {

    private final Path partial;
    private final List<Part> parts;
    private final boolean resumed;

    /** Part number to bytes. */
    private final Map<Integer, Long> completed = new HashMap<>();

    private PartRecords(Path partial, List<Part> parts, boolean resumed) {
        this.partial = partial;
        this.parts = List.copyOf(parts);
        this.resumed = resumed;
    }

    /** What is there; planned anew where that does not make up the whole blob. */
    static PartRecords of(Path partial, long size, PartPlan plan) {
        List<PartRecord> found = Files.exists(partial) ? read(partial, size) : List.of();
        boolean whole = tiles(found, size);
        PartRecords records =
                new PartRecords(
                        partial,
                        whole ? found.stream().map(PartRecord::part).toList() : plan.parts(size),
                        whole);
        if (whole) {
            found.forEach(record -> records.completed.put(record.number(), record.completed()));
        }
        return records;
    }

    Path partial() {
        return partial;
    }

    /** Whether this goes on from what an earlier one left. */
    boolean resumed() {
        return resumed;
    }

    List<Part> parts() {
        return parts;
    }

    long completed(Part part) {
        return completed.getOrDefault(part.number(), 0L);
    }

    long completed() {
        return parts.stream().mapToLong(this::completed).sum();
    }

    void write(Part part, long bytes) {
        completed.put(part.number(), bytes);
        Path next = partial.resolveSibling(StoreFolders.UPLOAD_PREFIX + UUID.randomUUID());
        try {
            Files.write(
                    next,
                    WireJson.mapper()
                            .writeValueAsBytes(
                                    new PartRecord(
                                            part.number(), part.offset(), part.size(), bytes)));
            Files.move(
                    next,
                    file(part),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot write " + file(part) + ": " + failed, failed);
        }
    }

    void remove() {
        for (Path file : files(partial)) {
            delete(file);
        }
    }

    /** The records, and the bytes. */
    void removeAll() {
        remove();
        delete(partial);
    }

    private Path file(Part part) {
        return partial.resolveSibling(partial.getFileName() + "-" + part.number());
    }

    private static List<PartRecord> read(Path partial, long size) {
        List<PartRecord> records = new ArrayList<>();
        for (Path file : files(partial)) {
            try {
                PartRecord record =
                        WireJson.mapper().readValue(Files.readAllBytes(file), PartRecord.class);
                if (record.fits(size)) {
                    records.add(record);
                }
            } catch (IOException | JacksonException unreadable) {
                // the part is then missing, and all are planned anew
            }
        }
        records.sort(Comparator.comparingLong(PartRecord::offset));
        return records;
    }

    private static boolean tiles(List<PartRecord> records, long size) {
        long next = 0;
        for (PartRecord record : records) {
            if (record.offset() != next) {
                return false;
            }
            next += record.size();
        }
        return next == size;
    }

    private static List<Path> files(Path partial) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found =
                Files.newDirectoryStream(
                        partial.resolveSibling("."), partial.getFileName() + "-[0-9]*")) {
            found.forEach(file -> files.add(partial.resolveSibling(file.getFileName())));
        } catch (IOException failed) {
            throw new UncheckedIOException(
                    "cannot read " + partial.getParent() + ": " + failed, failed);
        }
        return files;
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot remove " + file + ": " + failed, failed);
        }
    }
}
