package dev.caravan.worker.app.store;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The SHA-256 that a blob is kept under, 64 lower-case hex digits. */
public record BlobDigest(String hex) {

    private static final Pattern TEXT = Pattern.compile("sha256[:-]([0-9a-fA-F]{64})");
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

    public BlobDigest {
        if (!HEX.matcher(hex).matches()) {
            throw new IllegalArgumentException(
                    "blob digest: \"" + hex + "\" (expected: 64 lower-case hex digits)");
        }
    }

    /** Reads {@code sha256:<hex>} or {@code sha256-<hex>}; empty where the text is neither. */
    public static Optional<BlobDigest> parse(String text) {
        var matcher = TEXT.matcher(text);
        return matcher.matches()
                ? Optional.of(new BlobDigest(matcher.group(1).toLowerCase(Locale.ROOT)))
                : Optional.empty();
    }

    /** The spelling in JSON: {@code sha256:<hex>}. */
    @Override
    public String toString() {
        return "sha256:" + hex;
    }
}
