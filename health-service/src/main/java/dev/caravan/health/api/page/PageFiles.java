package dev.caravan.health.api.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.MediaType;

/** The files of the page, read once; a few kilobytes. */
final class PageFiles {

    private static final MediaType SCRIPT =
            MediaType.parseMediaType("text/javascript;charset=utf-8");

    private static final Map<String, MediaType> TYPES =
            Map.of(
                    "index.html", MediaType.parseMediaType("text/html;charset=utf-8"),
                    "page.css", MediaType.parseMediaType("text/css;charset=utf-8"),
                    "page.js", SCRIPT,
                    "dom.js", SCRIPT,
                    "words.js", SCRIPT,
                    "hosts.js", SCRIPT,
                    "models.js", SCRIPT,
                    "requests.js", SCRIPT,
                    "icon.svg", MediaType.parseMediaType("image/svg+xml"));

    /**
     * @param tag changes with the content
     */
    record PageFile(MediaType type, String tag, byte[] bytes) {}

    private final Map<String, PageFile> files = new LinkedHashMap<>();

    PageFiles() {
        TYPES.forEach((name, type) -> files.put(name, read(name, type)));
    }

    Optional<PageFile> file(String name) {
        return Optional.ofNullable(files.get(name));
    }

    private static PageFile read(String name, MediaType type) {
        try (InputStream stream = PageFiles.class.getResourceAsStream("/cluster-page/" + name)) {
            if (stream == null) {
                throw new IllegalStateException(
                        "cluster-page/" + name + ": not on the class path (expected: in the jar)");
            }
            byte[] bytes = stream.readAllBytes();
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return new PageFile(type, HexFormat.of().formatHex(hash, 0, 8), bytes);
        } catch (IOException failed) {
            throw new UncheckedIOException("cluster-page/" + name + ": cannot be read", failed);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
