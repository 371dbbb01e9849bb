package dev.caravan.engine.release;

import dev.caravan.engine.source.EngineException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Which archive is for which platform.
 *
 * @param source where the list was read, in words
 * @param build of all archives, such as {@code b11669}
 * @param base address that the files lie under, in a folder named by the build
 * @param archives by platform, such as {@code linux-amd64}
 */
record ReleaseList(String source, String build, URI base, Map<String, Archive> archives) {

    /** The environment variable that names another base address. */
    static final String BASE = "CARAVAN_ENGINE_RELEASE_BASE";

    /** The environment variable that names another file than the one built in. */
    static final String LIST = "CARAVAN_ENGINE_RELEASE_LIST";

    private static final String BUILT_IN = "archives.properties";
    private static final String FILE_KEY = ".file";
    private static final String DIGEST_KEY = ".sha256";

    /**
     * @param file name of the archive
     * @param sha256 its checksum: 64 hexadecimal digits, lower case
     */
    record Archive(String file, String sha256) {}

    ReleaseList {
        archives = Map.copyOf(archives);
    }

    /**
     * @throws EngineException if the list or the address is none, naming the value
     */
    static ReleaseList of(Map<String, String> environment) {
        String list = environment.getOrDefault(LIST, "").strip();
        String base = environment.getOrDefault(BASE, "").strip();
        ReleaseList read = list.isEmpty() ? builtIn() : ofFile(Path.of(list));
        return base.isEmpty()
                ? read
                : new ReleaseList(read.source, read.build, address(BASE, base), read.archives);
    }

    /** The archive of a platform; empty where the list has none for it. */
    Optional<Archive> archive(String platform) {
        return Optional.ofNullable(archives.get(platform));
    }

    URI address(Archive archive) {
        String folder = base.toString().replaceFirst("/+$", "");
        return URI.create("%s/%s/%s".formatted(folder, build, archive.file()));
    }

    private static ReleaseList builtIn() {
        try (InputStream in = ReleaseList.class.getResourceAsStream(BUILT_IN)) {
            if (in == null) {
                throw new IllegalStateException(BUILT_IN + ": not on the class path");
            }
            return of("Caravan's list", new InputStreamReader(in, StandardCharsets.UTF_8));
        } catch (IOException broken) {
            throw new IllegalStateException(BUILT_IN, broken);
        }
    }

    private static ReleaseList ofFile(Path file) {
        try (Reader in = Files.newBufferedReader(file)) {
            return of(file.toString(), in);
        } catch (IOException unreadable) {
            throw new EngineException(
                    "%s: %s cannot be read: %s (expected: a list of archives; unset it for the built-in one)"
                            .formatted(LIST, file, unreadable),
                    unreadable);
        }
    }

    private static ReleaseList of(String source, Reader in) throws IOException {
        Properties read = new Properties();
        try {
            read.load(in);
        } catch (IllegalArgumentException malformed) {
            throw new EngineException(
                    "%s: %s (expected: a properties file)"
                            .formatted(source, malformed.getMessage()),
                    malformed);
        }
        String build = value(source, read, "build", "b\\d+", "a build such as b11669");
        Map<String, Archive> archives = new TreeMap<>();
        for (String key : read.stringPropertyNames()) {
            if (key.endsWith(FILE_KEY) || key.endsWith(DIGEST_KEY)) {
                String platform = key.substring(0, key.lastIndexOf('.'));
                archives.put(platform, archive(source, read, platform));
            }
        }
        String base = value(source, read, "base", "\\S+", "an address");
        return new ReleaseList(source, build, address(source + ", base", base), archives);
    }

    private static Archive archive(String source, Properties read, String platform) {
        return new Archive(
                value(
                        source,
                        read,
                        platform + FILE_KEY,
                        "[A-Za-z0-9][A-Za-z0-9._-]*\\.tar\\.gz",
                        "the name of a .tar.gz file"),
                value(
                        source,
                        read,
                        platform + DIGEST_KEY,
                        "[0-9a-f]{64}",
                        "64 lower-case hexadecimal digits"));
    }

    private static String value(
            String source, Properties read, String key, String form, String expected) {
        String value = read.getProperty(key, "").strip();
        if (!value.matches(form)) {
            throw new EngineException(
                    "%s: %s: \"%s\" (expected: %s)".formatted(source, key, value, expected));
        }
        return value;
    }

    private static URI address(String source, String value) {
        if (!value.matches("https?://[^/\\s?#]+[^\\s?#]*")) {
            throw new EngineException(
                    "%s: %s (expected: an address that begins with https:// or http://)"
                            .formatted(source, value));
        }
        try {
            return URI.create(value);
        } catch (IllegalArgumentException none) {
            throw new EngineException("%s: %s".formatted(source, none.getMessage()), none);
        }
    }
}
