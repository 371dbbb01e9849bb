package dev.caravan.template;

import java.math.BigDecimal;

/** Values of tokens that stand for themselves. */
final class Literals {

    private Literals() {}

    static Expression of(Token token) {
        String text = token.text();
        Object value =
                switch (token.kind()) {
                    case RAW_STRING -> text.substring(1, text.length() - 1).replace("\r", "");
                    case STRING -> unquoted(token);
                    case CHARACTER -> character(token);
                    default -> number(token);
                };
        return new Expression.Literal(value, text);
    }

    private static Object number(Token token) {
        String text = token.text().replace("_", "");
        try {
            boolean prefixed = text.matches("[+-]?0[xXoObB].*");
            if (prefixed || text.matches("[+-]?[0-9]+")) {
                return integer(text);
            }
            double value = Double.parseDouble(text);
            // Go takes 1e3 for an integer as well; what is whole prints and compares as one.
            return new BigDecimal(text).stripTrailingZeros().scale() <= 0
                            && Math.abs(value) < 1L << 53
                            && !text.contains(".")
                    ? (Object) (long) value
                    : (Object) value;
        } catch (NumberFormatException bad) {
            throw TemplateException.syntax(
                    token.line(), "illegal number syntax: " + GoText.quoted(token.text()));
        }
    }

    private static long integer(String text) {
        boolean negative = text.startsWith("-");
        String digits = text.startsWith("+") || negative ? text.substring(1) : text;
        long value =
                digits.length() < 2 || digits.charAt(0) != '0'
                        ? Long.parseLong(digits)
                        : switch (digits.charAt(1)) {
                            case 'x', 'X' -> Long.parseLong(digits.substring(2), 16);
                            case 'b', 'B' -> Long.parseLong(digits.substring(2), 2);
                            case 'o', 'O' -> Long.parseLong(digits.substring(2), 8);
                            default -> Long.parseLong(digits.substring(1), 8);
                        };
        return negative ? -value : value;
    }

    private static long character(Token token) {
        String text = unquoted(token);
        if (text.codePointCount(0, text.length()) != 1) {
            throw TemplateException.syntax(
                    token.line(), "malformed character constant: " + token.text());
        }
        return text.codePointAt(0);
    }

    private static String unquoted(Token token) {
        String text = token.text();
        StringBuilder plain = new StringBuilder();
        int end = text.length() - 1;
        for (int index = 1; index < end; index++) {
            char letter = text.charAt(index);
            if (letter != '\\') {
                plain.append(letter);
                continue;
            }
            index += escape(token, index + 1, plain);
        }
        return plain.toString();
    }

    /** Appends the character of an escape; gives the length of what is after its backslash. */
    private static int escape(Token token, int index, StringBuilder plain) {
        char kind = token.text().charAt(index);
        int digits =
                switch (kind) {
                    case 'x' -> 2;
                    case 'u' -> 4;
                    case 'U' -> 8;
                    default -> 0;
                };
        if (digits > 0) {
            return 1 + code(token, index + 1, digits, 16, plain);
        }
        if (kind >= '0' && kind <= '7') {
            return code(token, index, 3, 8, plain);
        }
        int place = "abfnrtv\\'\"".indexOf(kind);
        if (place < 0) {
            throw TemplateException.syntax(token.line(), "invalid syntax");
        }
        plain.append("\007\b\f\n\r\t\013\\'\"".charAt(place));
        return 1;
    }

    private static int code(Token token, int index, int digits, int base, StringBuilder plain) {
        try {
            plain.appendCodePoint(
                    Integer.parseInt(token.text().substring(index, index + digits), base));
            return digits;
        } catch (IllegalArgumentException | IndexOutOfBoundsException bad) {
            throw TemplateException.syntax(token.line(), "invalid syntax");
        }
    }
}
