package dev.caravan.template;

/**
 * @param text as the template has it
 * @param line counted from 1
 */
record Token(Kind kind, String text, int line) {

    enum Kind {
        TEXT,
        OPEN,
        CLOSE,
        SPACE,
        WORD,
        FIELD,
        VARIABLE,
        DOT,
        STRING,
        RAW_STRING,
        CHARACTER,
        NUMBER,
        PIPE,
        ASSIGN,
        DECLARE,
        SYMBOL,
        LEFT,
        RIGHT,
        END
    }

    boolean is(Kind wanted) {
        return kind == wanted;
    }

    boolean isWord(String word) {
        return kind == Kind.WORD && text.equals(word);
    }

    /** How Go shows it in errors. */
    String shown() {
        return switch (kind) {
            case END -> "EOF";
            case WORD -> Keyword.is(text) ? "<%s>".formatted(text) : GoText.quoted(text);
            case TEXT, OPEN, CLOSE, SPACE, FIELD, VARIABLE, DOT, STRING, RAW_STRING ->
                    GoText.quoted(text);
            case CHARACTER, NUMBER, PIPE, ASSIGN, DECLARE, SYMBOL, LEFT, RIGHT ->
                    GoText.quoted(text);
        };
    }
}
