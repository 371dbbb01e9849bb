package dev.caravan.cli.cluster;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts of memory as people write them. */
public final class MemorySize {

    private static final Pattern FORM = Pattern.compile("(\\d{1,12})\\s*([A-Za-z]*)");

    /** A kilobyte of memory has 1024 bytes, whichever way it is written. */
    private static final Map<String, Long> UNITS =
            Map.ofEntries(
                    Map.entry("", 1L),
                    Map.entry("b", 1L),
                    Map.entry("k", 1L << 10),
                    Map.entry("kb", 1L << 10),
                    Map.entry("kib", 1L << 10),
                    Map.entry("m", 1L << 20),
                    Map.entry("mb", 1L << 20),
                    Map.entry("mib", 1L << 20),
                    Map.entry("g", 1L << 30),
                    Map.entry("gb", 1L << 30),
                    Map.entry("gib", 1L << 30),
                    Map.entry("t", 1L << 40),
                    Map.entry("tb", 1L << 40),
                    Map.entry("tib", 1L << 40));

    private MemorySize() {}

    /**
     * @param option whose value it is, for the message
     * @return bytes, more than zero
     * @throws IllegalArgumentException where {@code text} is no amount
     */
    public static long parse(String option, String text) {
        Matcher parts = FORM.matcher(text.strip());
        Long unit = parts.matches() ? UNITS.get(parts.group(2).toLowerCase(Locale.ROOT)) : null;
        if (unit == null) {
            throw unreadable(option, text);
        }
        long count = Long.parseLong(parts.group(1));
        if (count == 0 || count > Long.MAX_VALUE / unit) {
            throw unreadable(option, text);
        }
        return count * unit;
    }

    private static IllegalArgumentException unreadable(String option, String text) {
        return new IllegalArgumentException(
                "%s: %s (expected: more than zero, such as 12GB or 512MiB)"
                        .formatted(option, text));
    }
}
