package dev.caravan.worker.adapter.oci;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a registry asks for with its 401.
 *
 * @param realm where tokens are given out
 * @param scopes what the token is for
 */
record Challenge(String realm, String service, List<String> scopes) {

    private static final Pattern VALUE = Pattern.compile("([A-Za-z_]+)=\"([^\"]*)\"");

    Challenge {
        scopes = List.copyOf(scopes);
    }

    /** Reads a {@code WWW-Authenticate}; empty where it asks for no bearer token. */
    static Optional<Challenge> parse(@Nullable String header) {
        if (header == null || !header.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return Optional.empty();
        }
        Map<String, String> values = new HashMap<>();
        Matcher matcher = VALUE.matcher(header);
        while (matcher.find()) {
            values.put(matcher.group(1), matcher.group(2));
        }
        String realm = values.getOrDefault("realm", "");
        String scope = values.getOrDefault("scope", "");
        return realm.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Challenge(
                                realm,
                                values.getOrDefault("service", ""),
                                scope.isBlank() ? List.of() : List.of(scope.split(" +"))));
    }
}
