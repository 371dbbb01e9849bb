package dev.caravan.gguf;

import java.nio.charset.StandardCharsets;

/** Bytes of an untrusted file in the form in which a message may carry them. */
final class Quoted {

    private static final int SHOWN_BYTES = 80;

    private Quoted() {}

    /** In quotes, what is not printable ASCII as {@code \xNN}, cut after 80 bytes. */
    static String bytes(byte[] bytes) {
        StringBuilder text = new StringBuilder("\"");
        for (int i = 0; i < Math.min(bytes.length, SHOWN_BYTES); i++) {
            int value = bytes[i] & 0xFF;
            if (value >= 0x20 && value < 0x7F && value != '"' && value != '\\') {
                text.append((char) value);
            } else {
                text.append("\\x%02x".formatted(value));
            }
        }
        return text.append(bytes.length > SHOWN_BYTES ? "\"..." : "\"").toString();
    }

    /** A name as it is where it is plain, else as {@link #bytes}. */
    static String name(String name) {
        boolean plain =
                !name.isEmpty()
                        && name.length() <= SHOWN_BYTES
                        && name.chars().allMatch(value -> value > 0x20 && value < 0x7F);
        return plain ? name : bytes(name.getBytes(StandardCharsets.UTF_8));
    }
}
