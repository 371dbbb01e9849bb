package dev.caravan.worker.adapter.store;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.gguf.GgufFacts;
import dev.caravan.gguf.GgufFile;
import dev.caravan.worker.app.store.BlobDigest;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A model's weights that came in several files, as llama.cpp's llama-gguf-split writes them: each
 * says which of how many it is, in its metadata and in its name. Refusals are in Ollama's words and
 * with its status.
 *
 * @param files by name without folders, the first part first; empty: the weights are one file
 * @param quantization of the tensors, as the first part tells
 */
record SplitParts(Map<String, BlobDigest> files, String quantization) {

    static final SplitParts NONE = new SplitParts(Map.of(), "");

    private static final String COUNT = "split.count";
    private static final String NUMBER = "split.no";
    private static final Pattern NAME = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");

    SplitParts {
        files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
    }

    boolean isEmpty() {
        return files.isEmpty();
    }

    private static boolean isPart(GgufFile head) {
        return head.whole(COUNT).orElse(1) > 1;
    }

    /** Names of the files that are parts of one. */
    static Set<String> among(Map<String, GgufFile> heads) {
        return heads.entrySet().stream()
                .filter(file -> isPart(file.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /**
     * @param heads of all files that came, by name; those that are whole are left alone
     * @param blobs by name
     */
    static SplitParts of(SortedMap<String, GgufFile> heads, Map<String, BlobDigest> blobs) {
        Map<String, SortedMap<Long, Part>> models = new LinkedHashMap<>();
        heads.forEach(
                (name, head) -> {
                    if (isPart(head)) {
                        add(
                                new Part(name, head),
                                models.computeIfAbsent(model(name, head), _ -> new TreeMap<>()));
                    }
                });
        if (models.isEmpty()) {
            return NONE;
        }
        if (models.size() > 1) {
            throw refused(
                    "files: parts of %d models, %s (expected: those of one)"
                            .formatted(models.size(), heads.keySet()));
        }
        return whole(List.copyOf(models.values().iterator().next().values()), blobs);
    }

    private record Part(String name, GgufFile head) {

        long count() {
            return head.whole(COUNT).orElse(1);
        }
    }

    private static void add(Part part, SortedMap<Long, Part> parts) {
        long index = part.head().whole(NUMBER).orElse(0);
        if (parts.putIfAbsent(index, part) != null) {
            throw refused("split GGUF has duplicate shard index %d".formatted(index));
        }
    }

    private static SplitParts whole(List<Part> parts, Map<String, BlobDigest> blobs) {
        Part first = parts.getFirst();
        if (parts.size() != first.count()) {
            throw refused(
                    "split GGUF \"%s\" has %d shards, expected %d"
                            .formatted(first.name(), parts.size(), first.count()));
        }
        Map<String, BlobDigest> files = new LinkedHashMap<>();
        parts.forEach(
                part ->
                        files.put(
                                base(part.name()),
                                Objects.requireNonNull(blobs.get(part.name()), part.name())));
        return new SplitParts(files, GgufFacts.fileType(first.head()));
    }

    /** What a part belongs to, as its name says; that and the metadata have to agree. */
    private static String model(String name, GgufFile head) {
        Matcher matcher = NAME.matcher(base(name));
        if (!matcher.matches()) {
            throw refused(
                    "split GGUF \"%s\" must use llama.cpp split filename pattern".formatted(name));
        }
        long count = head.whole(COUNT).orElse(1);
        requireEqual(name, "count", Long.parseLong(matcher.group(3)), count);
        long index =
                head.whole(NUMBER)
                        .orElseThrow(
                                () ->
                                        refused(
                                                "split GGUF \"%s\" is missing split.no metadata"
                                                        .formatted(name)));
        requireEqual(name, "index", Long.parseLong(matcher.group(2)) - 1, index);
        return matcher.group(1);
    }

    private static void requireEqual(String name, String what, long named, long told) {
        if (named != told) {
            throw refused(
                    "split GGUF \"%s\" filename %s %d does not match metadata %s %d"
                            .formatted(name, what, named, what, told));
        }
    }

    private static String base(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    private static CaravanException refused(String text) {
        return new CaravanException(FaultCode.INTERNAL, text);
    }
}
