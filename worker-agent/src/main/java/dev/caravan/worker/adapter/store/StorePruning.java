package dev.caravan.worker.adapter.store;

import dev.caravan.worker.app.store.BlobDigest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * Removes blobs that no manifest names, as Ollama does at its start. Young ones stay, since blobs
 * come before their manifest, and so does everything that is not a whole blob by its name. Where a
 * manifest cannot be read nothing is removed: what it names is not known.
 */
public final class StorePruning {

    private static final Logger log = LoggerFactory.getLogger(StorePruning.class);

    private static final Duration YOUNG = Duration.ofHours(1);
    private static final Pattern BLOB = Pattern.compile("sha256-[0-9a-f]{64}");

    private final StoreFolders folders;
    private final InstantSource clock;

    /**
     * @param root of the store; nothing happens where it is not there
     */
    public StorePruning(Path root, InstantSource clock) {
        this.folders = new StoreFolders(root);
        this.clock = clock;
    }

    public void run() {
        if (Files.isDirectory(folders.blobs())) {
            named().ifPresent(this::removeOthers);
        }
    }

    /** File names of the blobs that manifests name; empty where one cannot be read. */
    private Optional<Set<String>> named() {
        Set<String> names = new HashSet<>();
        for (ManifestTree.Entry entry : ManifestTree.scan(folders.manifests())) {
            try {
                Manifest manifest = Manifest.parse(Files.readAllBytes(entry.file()));
                manifest.blobs().map(this::fileName).forEach(names::add);
            } catch (IOException
                    | JacksonException
                    | IllegalArgumentException
                    | NullPointerException unreadable) {
                log.atWarn()
                        .addKeyValue("manifest", entry.file())
                        .addKeyValue("reason", unreadable)
                        .log("blobs are not pruned: a manifest cannot be read");
                return Optional.empty();
            }
        }
        return Optional.of(names);
    }

    private String fileName(BlobDigest digest) {
        return folders.blob(digest).getFileName().toString();
    }

    private void removeOthers(Set<String> named) {
        Instant young = clock.instant().minus(YOUNG);
        try (DirectoryStream<Path> blobs = Files.newDirectoryStream(folders.blobs())) {
            for (Path blob : blobs) {
                String name = blob.getFileName().toString();
                if (BLOB.matcher(name).matches()
                        && !named.contains(name)
                        && Files.getLastModifiedTime(blob).toInstant().isBefore(young)) {
                    Files.deleteIfExists(blob);
                    log.atInfo().addKeyValue("blob", name).log("removed a blob of no model");
                }
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(
                    "cannot prune " + folders.blobs() + ": " + failed, failed);
        }
    }
}
