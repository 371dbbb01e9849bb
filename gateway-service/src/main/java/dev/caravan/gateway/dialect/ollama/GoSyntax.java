package dev.caravan.gateway.dialect.ollama;

import java.util.BitSet;

/**
 * Finds the first JSON value of a body as Go's decoder does, and says what is wrong with it in Go's
 * words, which clients show and some look for. It only looks: values are read by a real parser
 * afterwards. One pass, no recursion; cost is linear in the bytes of the value.
 */
final class GoSyntax {

    private static final String VALUE = "looking for beginning of value";
    private static final String KEY = "looking for beginning of object key string";
    private static final int END = -1;

    private final byte[] body;
    private final int maxDepth;
    private int at;

    private GoSyntax(byte[] body, int maxDepth) {
        this.body = body;
        this.maxDepth = maxDepth;
    }

    /** What Go says of a body that is no JSON. */
    static final class Malformed extends Exception {

        private static final long serialVersionUID = 1L;

        Malformed(String text) {
            super(text, null, false, false);
        }

        String text() {
            return String.valueOf(getMessage());
        }
    }

    /**
     * Bytes up to the end of the first value; 0 where there is nothing but white space.
     *
     * @param maxDepth objects and lists that may be within each other
     */
    static int end(byte[] body, int maxDepth) throws Malformed {
        GoSyntax syntax = new GoSyntax(body, maxDepth);
        if (syntax.peek() == END) {
            return 0;
        }
        syntax.value();
        return syntax.at;
    }

    /** What is open: a set of bits, of which a set one is an object. */
    private void value() throws Malformed {
        BitSet objects = new BitSet();
        int depth = 0;
        boolean closed = false;
        while (true) {
            if (!closed) {
                int next = peek();
                if (next == '{' || next == '[') {
                    at++;
                    if (depth == maxDepth) {
                        throw invalid(next, "exceeded max depth");
                    }
                    objects.set(depth++, next == '{');
                    if (!opensEmpty(next)) {
                        continue;
                    }
                    depth--;
                } else {
                    scalar(next);
                }
            }
            if (depth == 0) {
                return;
            }
            closed = closes(objects.get(depth - 1));
            if (closed) {
                depth--;
            }
        }
    }

    /** Whether what was just opened is closed at once; else the first key of an object is read. */
    private boolean opensEmpty(int opened) throws Malformed {
        int next = peek();
        if (next == (opened == '{' ? '}' : ']')) {
            at++;
            return true;
        }
        if (opened == '{') {
            key();
        }
        return false;
    }

    /** Whether a value is the last of what it is in; else what stands before the next is read. */
    private boolean closes(boolean object) throws Malformed {
        int next = peek();
        if (next == (object ? '}' : ']')) {
            at++;
            return true;
        }
        if (next != ',') {
            throw invalid(next, object ? "after object key:value pair" : "after array element");
        }
        at++;
        if (object) {
            key();
        }
        return false;
    }

    private void key() throws Malformed {
        int next = peek();
        if (next != '"') {
            throw invalid(next, KEY);
        }
        string();
        next = peek();
        if (next != ':') {
            throw invalid(next, "after object key");
        }
        at++;
    }

    private void scalar(int first) throws Malformed {
        switch (first) {
            case '"' -> string();
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            default -> {
                if (first != '-' && !isDigit(first)) {
                    throw invalid(first, VALUE);
                }
                number();
            }
        }
    }

    private void literal(String word) throws Malformed {
        for (int index = 0; index < word.length(); index++, at++) {
            if (current() != word.charAt(index)) {
                throw invalid(
                        current(),
                        "in literal %s (expecting '%s')".formatted(word, word.charAt(index)));
            }
        }
    }

    private void number() throws Malformed {
        if (current() == '-') {
            at++;
        }
        if (current() == '0') {
            at++;
        } else {
            digits("in numeric literal");
        }
        if (current() == '.') {
            at++;
            digits("after decimal point in numeric literal");
        }
        if (current() == 'e' || current() == 'E') {
            at++;
            if (current() == '+' || current() == '-') {
                at++;
            }
            digits("in exponent of numeric literal");
        }
    }

    private void digits(String where) throws Malformed {
        if (!isDigit(current())) {
            throw invalid(current(), where);
        }
        while (isDigit(current())) {
            at++;
        }
    }

    private void string() throws Malformed {
        at++;
        while (current() != '"') {
            int character = current();
            if (character == '\\') {
                at++;
                escape();
            } else if (character < 0x20) {
                throw invalid(character, "in string literal");
            }
            at++;
        }
        at++;
    }

    private void escape() throws Malformed {
        int kind = current();
        if (kind == 'u') {
            for (int digit = 0; digit < 4; digit++) {
                at++;
                if (Character.digit(current(), 16) < 0) {
                    throw invalid(current(), "in \\u hexadecimal character escape");
                }
            }
        } else if (kind == END || "\"\\/bfnrt".indexOf(kind) < 0) {
            throw invalid(kind, "in string escape code");
        }
    }

    /** The next byte that is no white space, not yet taken. */
    private int peek() {
        while (current() == ' ' || current() == '\t' || current() == '\r' || current() == '\n') {
            at++;
        }
        return current();
    }

    private int current() {
        return at < body.length ? body[at] & 0xFF : END;
    }

    private static boolean isDigit(int character) {
        return character >= '0' && character <= '9';
    }

    private static Malformed invalid(int character, String where) {
        return new Malformed(
                character == END
                        ? "unexpected EOF"
                        : "invalid character %s %s".formatted(shown(character), where));
    }

    /** A byte as Go quotes it: as the character of that number. */
    private static String shown(int character) {
        String text = Character.toString(character);
        return switch (character) {
            case '\'' -> "'\\''";
            case '"' -> "'\"'";
            default -> "'" + GoText.escaped(text) + "'";
        };
    }
}
