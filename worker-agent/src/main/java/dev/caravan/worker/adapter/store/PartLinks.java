package dev.caravan.worker.adapter.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A folder of links that give parts of a model the names by which llama.cpp finds one from another.
 *
 * @param first the link to the first part
 */
record PartLinks(Path folder, Path first) {

    static PartLinks make(SplitParts parts, StoreFolders folders) throws IOException {
        Path folder = Files.createTempDirectory("caravan-parts-");
        String first = parts.files().keySet().iterator().next();
        PartLinks links = new PartLinks(folder, folder.resolve(first));
        try {
            for (var part : parts.files().entrySet()) {
                Files.createSymbolicLink(
                        folder.resolve(part.getKey()),
                        folders.blob(part.getValue()).toAbsolutePath());
            }
        } catch (IOException failed) {
            links.remove();
            throw failed;
        }
        return links;
    }

    void remove() {
        try (DirectoryStream<Path> links = Files.newDirectoryStream(folder)) {
            for (Path link : links) {
                Files.deleteIfExists(link);
            }
            Files.deleteIfExists(folder);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot remove " + folder + ": " + failed, failed);
        }
    }
}
