package dev.caravan.gateway.dialect.ollama;

import java.util.Locale;

/** Texts within Go's own quotes, as in error messages of Ollama. */
public final class GoText {

    private GoText() {}

    /** What Go's {@code %q} makes of a text. */
    public static String quoted(String text) {
        return '"' + escaped(text) + '"';
    }

    static String escaped(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(character -> append(out, character));
        return out.toString();
    }

    private static void append(StringBuilder out, int character) {
        switch (character) {
            case '"', '\\' -> out.append('\\').appendCodePoint(character);
            case 0x07 -> out.append("\\a");
            case '\b' -> out.append("\\b");
            case '\f' -> out.append("\\f");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case 0x0B -> out.append("\\v");
            default -> {
                if (isPrintable(character)) {
                    out.appendCodePoint(character);
                } else {
                    out.append(code(character));
                }
            }
        }
    }

    private static String code(int character) {
        String form = character < 0x80 ? "\\x%02x" : character < 0x10000 ? "\\u%04x" : "\\U%08x";
        return String.format(Locale.ROOT, form, character);
    }

    /** Letters, marks, numbers, punctuation, symbols, and of spaces the plain one. */
    private static boolean isPrintable(int character) {
        if (character < 0x80) {
            return character >= 0x20 && character < 0x7F;
        }
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.SPACE_SEPARATOR,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            default -> true;
        };
    }
}
