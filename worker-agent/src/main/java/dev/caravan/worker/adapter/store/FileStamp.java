package dev.caravan.worker.adapter.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;

/**
 * Tells whether a file was written to since it was read.
 *
 * @param identity the file system's own; a file that was replaced in one step has another, also
 *     where it has the same size and was written within the same tick of the clock
 */
record FileStamp(Instant modifiedAt, long size, String identity) {

    /** The stamp of a file that is not there. */
    static final FileStamp ABSENT = new FileStamp(Instant.EPOCH, -1, "");

    static FileStamp of(BasicFileAttributes attributes) {
        return new FileStamp(
                attributes.lastModifiedTime().toInstant(),
                attributes.size(),
                String.valueOf(attributes.fileKey()));
    }

    static FileStamp of(Path file) {
        try {
            return of(Files.readAttributes(file, BasicFileAttributes.class));
        } catch (IOException gone) {
            return ABSENT;
        }
    }
}
