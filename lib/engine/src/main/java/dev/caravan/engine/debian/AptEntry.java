package dev.caravan.engine.debian;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One entry of apt's sources.
 *
 * @param types {@code deb}, {@code deb-src}
 * @param addresses base addresses of the archive
 * @param suites release names
 * @param components parts of the archive
 * @param signedBy the keyring's path, a key, or empty for the host's trusted keys
 */
record AptEntry(
        List<String> types,
        List<String> addresses,
        List<String> suites,
        List<String> components,
        String signedBy) {

    private static final Pattern LINE =
            Pattern.compile("(deb|deb-src)\\s+(?:\\[([^\\]]*)\\]\\s+)?(\\S+)\\s+(\\S+)\\s+(.*)");

    private static final Set<String> RELEASES =
            Set.of(
                    "bullseye",
                    "bookworm",
                    "trixie",
                    "forky",
                    "duke",
                    "sid",
                    "oldoldstable",
                    "oldstable",
                    "stable",
                    "testing",
                    "unstable");

    /** The one-line format; nothing for a comment, a blank or a broken line. */
    static Stream<AptEntry> ofLine(String line) {
        Matcher matcher = LINE.matcher(withoutComment(line).strip());
        if (!matcher.matches()) {
            return Stream.of();
        }
        String options = Optional.ofNullable(matcher.group(2)).orElse("");
        return Stream.of(
                new AptEntry(
                        List.of(matcher.group(1)),
                        List.of(matcher.group(3)),
                        List.of(matcher.group(4)),
                        words(matcher.group(5)),
                        words(options).stream()
                                .filter(option -> option.startsWith("signed-by="))
                                .map(option -> option.substring("signed-by=".length()))
                                .findFirst()
                                .orElse("")));
    }

    /** The deb822 format: stanzas of fields, parted by blank lines. */
    static List<AptEntry> ofStanzas(String text) {
        return Arrays.stream(text.split("\\n\\s*\\n", -1))
                .map(AptEntry::fields)
                .filter(fields -> !fields.getOrDefault("enabled", "yes").equalsIgnoreCase("no"))
                .map(
                        fields ->
                                new AptEntry(
                                        words(fields.getOrDefault("types", "")),
                                        words(fields.getOrDefault("uris", "")),
                                        words(fields.getOrDefault("suites", "")),
                                        words(fields.getOrDefault("components", "")),
                                        fields.getOrDefault("signed-by", "")))
                .toList();
    }

    /** Empty unless this entry is the Debian archive's main part, signed with Debian's own keys. */
    Optional<String> debianMirror() {
        boolean debian =
                types.contains("deb")
                        && components.contains("main")
                        && suites.stream().anyMatch(RELEASES::contains)
                        && (signedBy.isEmpty() || signedBy.contains("debian-archive-keyring"));
        return addresses.stream().filter(address -> debian && isMirror(address)).findFirst();
    }

    /** Mirrors keep the archive's folder name; cloud images list theirs in a file of that name. */
    private static boolean isMirror(String address) {
        return address.matches("(https?|mirror\\+(https?|file)|file):.*/debian(\\.list)?/?");
    }

    private static Map<String, String> fields(String stanza) {
        Map<String, String> fields = new HashMap<>();
        String field = "";
        for (String line : stanza.split("\\n", -1)) {
            int colon = line.indexOf(':');
            if (line.startsWith("#")) {
                continue;
            }
            if (line.startsWith(" ") || line.startsWith("\t")) {
                fields.merge(field, line.strip(), (value, more) -> value + " " + more);
            } else if (colon > 0) {
                field = line.substring(0, colon).toLowerCase(Locale.ROOT);
                fields.put(field, line.substring(colon + 1).strip());
            }
        }
        return fields;
    }

    private static String withoutComment(String line) {
        int comment = line.indexOf('#');
        return comment < 0 ? line : line.substring(0, comment);
    }

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }
}
