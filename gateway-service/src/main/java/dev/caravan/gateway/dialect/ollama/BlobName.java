package dev.caravan.gateway.dialect.ollama;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** How clients write a blob's digest. */
public final class BlobName {

    private static final Pattern DIGEST = Pattern.compile("sha256[:-]([0-9a-fA-F]{64})");

    private BlobName() {}

    /** {@code sha256:<hex>} of either form; empty where the text is neither. */
    public static Optional<String> parse(String text) {
        var matcher = DIGEST.matcher(text);
        return matcher.matches()
                ? Optional.of("sha256:" + matcher.group(1).toLowerCase(Locale.ROOT))
                : Optional.empty();
    }
}
