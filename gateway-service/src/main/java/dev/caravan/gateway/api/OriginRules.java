package dev.caravan.gateway.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * From which pages a browser may call: Ollama's own list, always, and what the operator adds. An
 * entry is a whole origin or has one {@code *} for any text.
 */
public final class OriginRules {

    private static final List<String> LOCAL = List.of("localhost", "127.0.0.1", "0.0.0.0");

    private static final List<String> APPLICATIONS =
            List.of("app://*", "file://*", "tauri://*", "vscode-webview://*", "vscode-file://*");

    private static final List<String> SCHEMES =
            List.of(
                    "http://",
                    "https://",
                    "chrome-extension://",
                    "safari-extension://",
                    "moz-extension://",
                    "ms-browser-extension://");

    /** One entry, cut at its {@code *}; a whole origin has no tail. */
    private record Rule(String head, String tail, boolean open) {

        static Rule of(String entry) {
            int star = entry.indexOf('*');
            return star < 0
                    ? new Rule(entry, "", false)
                    : new Rule(entry.substring(0, star), entry.substring(star + 1), true);
        }

        boolean matches(String origin) {
            return open ? origin.startsWith(head) && origin.endsWith(tail) : origin.equals(head);
        }
    }

    private final List<Rule> rules = new ArrayList<>();
    private final boolean all;

    /**
     * @param added beside Ollama's own; {@code *} alone lets every page call
     * @throws IllegalArgumentException naming an entry that can match no origin
     */
    public OriginRules(List<String> added) {
        check(added);
        List<String> entries = cleaned(added);
        all = entries.contains("*");
        Stream.of(entries.stream(), local(), APPLICATIONS.stream())
                .flatMap(list -> list)
                .map(Rule::of)
                .forEach(rules::add);
    }

    private static Stream<String> local() {
        return LOCAL.stream()
                .flatMap(
                        host ->
                                Stream.of("http://", "https://")
                                        .flatMap(
                                                scheme ->
                                                        Stream.of(
                                                                scheme + host,
                                                                scheme + host + ":*")));
    }

    /**
     * @throws IllegalArgumentException naming an entry that can match no origin
     */
    public static void check(List<String> added) {
        cleaned(added).forEach(OriginRules::check);
    }

    private static List<String> cleaned(List<String> added) {
        return added.stream()
                .map(entry -> entry.strip().toLowerCase(Locale.ROOT))
                .filter(entry -> !entry.isEmpty())
                .toList();
    }

    private static void check(String entry) {
        boolean several = entry.indexOf('*') != entry.lastIndexOf('*');
        boolean open = entry.contains("*") || SCHEMES.stream().anyMatch(entry::startsWith);
        if (several || !open) {
            throw new IllegalArgumentException(
                    "caravan.gateway.origins: \"%s\" (expected: such as https://host:port, with one * at most for any text)"
                            .formatted(entry));
        }
    }

    /** Whether any page may call, which answers say without naming it. */
    boolean all() {
        return all;
    }

    boolean allows(String origin) {
        return all || rules.stream().anyMatch(rule -> rule.matches(origin));
    }
}
