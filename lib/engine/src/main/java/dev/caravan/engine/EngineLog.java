package dev.caravan.engine;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What an engine's log tells; every method reads the lines of one process from its start. */
public final class EngineLog {

    private static final Pattern LISTENING = Pattern.compile("listening on http://\\S+:(\\d+)");
    private static final Pattern RPC_PROTOCOL =
            Pattern.compile("Starting RPC server v(\\d+\\.\\d+\\.\\d+)");
    private static final Pattern BACKEND =
            Pattern.compile("load_backend: loaded (\\S+) backend from (?:.*[/\\\\])?(\\S+)");
    private static final Pattern VERSION = Pattern.compile("version: (.+)");
    private static final Pattern BUILD = Pattern.compile("build (\\d+)|^(\\d+) \\(");

    private EngineLog() {}

    /** The port that llama-server listens on; empty until it does. */
    public static OptionalInt httpPort(List<String> lines) {
        return groups(LISTENING, lines).mapToInt(Integer::parseInt).findFirst();
    }

    /** The protocol of an rpc-server, such as {@code 8.0.0}; empty until it is about to listen. */
    public static Optional<String> rpcProtocol(List<String> lines) {
        return groups(RPC_PROTOCOL, lines).findFirst();
    }

    /** The backends that were loaded, at a verbosity of 4 or more for llama-server. */
    public static List<Backend> backends(List<String> lines) {
        return matches(BACKEND, lines)
                .map(match -> new Backend(match.group(1), match.group(2)))
                .distinct()
                .toList();
    }

    /** What {@code --version} says: {@code 0.7.0 (build 11669, commit Debian)}. */
    static Optional<String> version(List<String> lines) {
        return groups(VERSION, lines).findFirst();
    }

    /** The build number within a version, older forms included: {@code b11669}. */
    static Optional<String> build(String version) {
        return groups(BUILD, List.of(version)).findFirst().map(number -> "b" + number);
    }

    private static Stream<MatchResult> matches(Pattern pattern, List<String> lines) {
        return lines.stream().flatMap(line -> pattern.matcher(line).results());
    }

    /** The first group that took part in each match. */
    private static Stream<String> groups(Pattern pattern, List<String> lines) {
        return matches(pattern, lines)
                .flatMap(
                        match ->
                                Stream.iterate(1, group -> group + 1)
                                        .limit(match.groupCount())
                                        .map(match::group)
                                        .flatMap(Stream::ofNullable)
                                        .limit(1));
    }
}
