package dev.caravan.worker.adapter.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * Removes blobs that no manifest names, as Ollama does at its start, and downloads that nobody went
 * on with. Blobs come before their manifest, and another process, be it an Ollama, may take a model
 * in just now: as long as something in the folder that no manifest names is young, all of it stays.
 * (Locks would not do: Ollama takes none, and a layer that is complete waits without one for the
 * layers after it.) Where a manifest cannot be read no blob is removed: what it names is not known.
 */
public final class StorePruning {

    private static final Logger log = LoggerFactory.getLogger(StorePruning.class);

    private static final Duration YOUNG = Duration.ofHours(1);
    private static final Pattern BLOB = Pattern.compile("sha256-[0-9a-f]{64}");
    private static final Pattern PARTIAL = Pattern.compile("(" + BLOB + ")-partial(-\\d+)?");

    private final StoreFolders folders;
    private final InstantSource clock;
    private final Duration partialsKept;

    private record Found(Path file, String name, Instant written) {}

    /**
     * @param root of the store; nothing happens where it is not there
     * @param partialsKept how long a partial download stays after its last byte
     */
    public StorePruning(Path root, InstantSource clock, Duration partialsKept) {
        this.folders = new StoreFolders(root);
        this.clock = clock;
        this.partialsKept = partialsKept;
    }

    public void run() {
        if (!Files.isDirectory(folders.blobs())) {
            return;
        }
        try {
            List<Found> found = look();
            removePartials(found);
            named().ifPresent(names -> removeOthers(found, names));
        } catch (IOException failed) {
            throw new UncheckedIOException(
                    "cannot prune " + folders.blobs() + ": " + failed, failed);
        }
    }

    private List<Found> look() throws IOException {
        List<Found> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folders.blobs())) {
            for (Path file : files) {
                try {
                    found.add(
                            new Found(
                                    file,
                                    file.getFileName().toString(),
                                    Files.getLastModifiedTime(file).toInstant()));
                } catch (NoSuchFileException moved) {
                    // Another process gave it its place; this run leaves it alone.
                }
            }
        }
        return found;
    }

    /** The bytes and the records of their parts, once none of them was written to for long. */
    private void removePartials(List<Found> found) {
        Instant old = clock.instant().minus(partialsKept);
        Map<String, List<Found>> downloads = new HashMap<>();
        for (Found file : found) {
            Matcher partial = PARTIAL.matcher(file.name());
            if (partial.matches()) {
                downloads.computeIfAbsent(partial.group(1), _ -> new ArrayList<>()).add(file);
            }
        }
        for (List<Found> files : downloads.values()) {
            if (files.stream().allMatch(file -> file.written().isBefore(old))) {
                for (Found file : files) {
                    remove(file, "removed a download that nobody went on with");
                }
            }
        }
    }

    /** File names of the blobs that manifests name; empty where one cannot be read. */
    private Optional<Set<String>> named() {
        Set<String> names = new HashSet<>();
        for (ManifestTree.Entry entry : ManifestTree.scan(folders.manifests())) {
            try {
                Manifest.parse(Files.readAllBytes(entry.file()))
                        .blobs()
                        .map(digest -> folders.blob(digest).getFileName().toString())
                        .forEach(names::add);
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

    private void removeOthers(List<Found> found, Set<String> named) {
        Instant young = clock.instant().minus(YOUNG);
        List<Found> others = found.stream().filter(file -> !named.contains(file.name())).toList();
        if (others.stream().anyMatch(file -> !file.written().isBefore(young))) {
            return;
        }
        for (Found file : others) {
            if (BLOB.matcher(file.name()).matches()) {
                remove(file, "removed a blob of no model");
            }
        }
    }

    private static void remove(Found file, String event) {
        try {
            Files.deleteIfExists(file.file());
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot remove " + file.file() + ": " + failed, failed);
        }
        log.atInfo().addKeyValue("blob", file.name()).log(event);
    }
}
