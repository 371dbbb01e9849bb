package dev.caravan.core.model;

import java.util.regex.Pattern;

/** The SHA-256 of a model's manifest, 64 lower-case hex digits; what requests are routed by. */
public record ModelDigest(String hex) {

    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

    public ModelDigest {
        if (!HEX.matcher(hex).matches()) {
            throw new IllegalArgumentException(
                    "digest: \"" + hex + "\" (expected: 64 lower-case hex digits)");
        }
    }

    @Override
    public String toString() {
        return hex;
    }
}
