package dev.caravan.gateway.dialect.ollama;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/** Text within a JSON string, escaped as Go does; most pieces need no escaping at all. */
final class JsonText {

    private static final byte[] HEX = "0123456789abcdef".getBytes(US_ASCII);

    private JsonText() {}

    static void write(ByteBuf out, CharSequence text) {
        int clean = 0;
        for (int index = 0; index < text.length(); index++) {
            char character = text.charAt(index);
            if (needsEscape(character)) {
                ByteBufUtil.writeUtf8(out, text, clean, index);
                escape(out, character);
                clean = index + 1;
            }
        }
        ByteBufUtil.writeUtf8(out, text, clean, text.length());
    }

    private static boolean needsEscape(char character) {
        return character < 0x20
                || switch (character) {
                    case '"', '\\', '<', '>', '&', '\u2028', '\u2029' -> true;
                    default -> false;
                };
    }

    private static void escape(ByteBuf out, char character) {
        switch (character) {
            case '"', '\\' -> out.writeByte('\\').writeByte(character);
            case '\n' -> out.writeByte('\\').writeByte('n');
            case '\r' -> out.writeByte('\\').writeByte('r');
            case '\t' -> out.writeByte('\\').writeByte('t');
            case '\b' -> out.writeByte('\\').writeByte('b');
            case '\f' -> out.writeByte('\\').writeByte('f');
            default ->
                    out.writeByte('\\')
                            .writeByte('u')
                            .writeByte(HEX[character >> 12 & 15])
                            .writeByte(HEX[character >> 8 & 15])
                            .writeByte(HEX[character >> 4 & 15])
                            .writeByte(HEX[character & 15]);
        }
    }
}
