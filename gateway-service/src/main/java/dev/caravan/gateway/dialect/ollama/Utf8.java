package dev.caravan.gateway.dialect.ollama;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.util.Arrays;

/** Text as Go reads it from JSON: what is no character becomes the replacement character. */
final class Utf8 {

    private static final char REPLACEMENT = '\uFFFD';
    private static final int BLOCK = 8 << 10;

    private Utf8() {}

    /** The first {@code length} bytes, repaired where they need it. */
    static byte[] repaired(byte[] body, int length) {
        if (isValid(body, length)) {
            return length == body.length ? body : Arrays.copyOf(body, length);
        }
        return new String(body, 0, length, UTF_8).getBytes(UTF_8);
    }

    private static boolean isValid(byte[] body, int length) {
        int plain = 0;
        while (plain < length && body[plain] >= 0) {
            plain++;
        }
        ByteBuffer rest = ByteBuffer.wrap(body, plain, length - plain);
        CharBuffer read = CharBuffer.allocate(Math.min(BLOCK, length - plain + 1));
        CharsetDecoder decoder = UTF_8.newDecoder();
        CoderResult result = decoder.decode(rest, read, true);
        while (result.isOverflow()) {
            read.clear();
            result = decoder.decode(rest, read, true);
        }
        return !result.isError();
    }

    /** Without halves of surrogate pairs, which an escape can name. */
    static String repaired(String text) {
        for (int index = 0; index < text.length(); index++) {
            if (Character.isSurrogate(text.charAt(index))) {
                return replaced(text);
            }
        }
        return text;
    }

    private static String replaced(String text) {
        StringBuilder whole = new StringBuilder(text.length());
        text.codePoints()
                .map(
                        character ->
                                character <= Character.MAX_VALUE
                                                && Character.isSurrogate((char) character)
                                        ? REPLACEMENT
                                        : character)
                .forEach(whole::appendCodePoint);
        return whole.toString();
    }
}
