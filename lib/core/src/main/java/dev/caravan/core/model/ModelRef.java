package dev.caravan.core.model;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A model's name by Ollama's rules: {@code [scheme://][host/][namespace/]model[:tag]}, with the
 * defaults {@code registry.ollama.ai}, {@code library} and {@code latest}. The spelling is kept;
 * {@link #sameAs} ignores case, as Ollama does when it looks a name up.
 */
public record ModelRef(String host, String namespace, String model, String tag) {

    public static final String DEFAULT_HOST = "registry.ollama.ai";
    public static final String DEFAULT_NAMESPACE = "library";
    public static final String DEFAULT_TAG = "latest";

    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.:-]{0,349}");
    private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_-]{0,79}");
    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}");

    public ModelRef {
        if (!HOST.matcher(host).matches()
                || !NAMESPACE.matcher(namespace).matches()
                || !MODEL.matcher(model).matches()
                || !MODEL.matcher(tag).matches()) {
            throw new IllegalArgumentException(
                    "model name: \"%s/%s/%s:%s\" (expected: [host/][namespace/]model[:tag] of letters, digits, '_', '-', '.')"
                            .formatted(host, namespace, model, tag));
        }
    }

    /** The name, or empty where {@code text} breaks the rules. */
    public static Optional<ModelRef> parse(String text) {
        String rest = text.strip();
        int scheme = rest.indexOf("://");
        if (scheme >= 0) {
            rest = rest.substring(scheme + 3);
        }
        String tag = DEFAULT_TAG;
        int colon = rest.lastIndexOf(':');
        if (colon > rest.lastIndexOf('/')) {
            tag = rest.substring(colon + 1);
            rest = rest.substring(0, colon);
        }
        String[] parts = rest.split("/", -1);
        try {
            return switch (parts.length) {
                case 1 -> Optional.of(new ModelRef(DEFAULT_HOST, DEFAULT_NAMESPACE, parts[0], tag));
                case 2 -> Optional.of(new ModelRef(DEFAULT_HOST, parts[0], parts[1], tag));
                case 3 -> Optional.of(new ModelRef(parts[0], parts[1], parts[2], tag));
                default -> Optional.empty();
            };
        } catch (IllegalArgumentException broken) {
            return Optional.empty();
        }
    }

    /** The shortest form that names the same model; the tag is always shown. */
    public String display() {
        String name = model + ":" + tag;
        if (!host.equalsIgnoreCase(DEFAULT_HOST)) {
            return host + "/" + namespace + "/" + name;
        }
        return namespace.equalsIgnoreCase(DEFAULT_NAMESPACE) ? name : namespace + "/" + name;
    }

    /** All four parts, as some of Ollama's error texts show them. */
    public String full() {
        return host + "/" + namespace + "/" + model + ":" + tag;
    }

    public boolean sameAs(ModelRef other) {
        return key().equals(other.key());
    }

    /** The form that look-ups compare: all parts, lower case. */
    public String key() {
        return full().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return display();
    }
}
