package dev.caravan.template;

import dev.caravan.template.Token.Kind;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts a template into tokens, one at a time, so that the first error in the text is told. */
final class Lexer {

    private static final String OPEN = "{{";
    private static final String CLOSE = "}}";
    private static final String COMMENT = "/*";
    private static final String COMMENT_END = "*/";
    private static final String SPACES = " \t\r\n";
    private static final String AFTER_NAMES = SPACES + ".,|:()";
    private static final String LETTER = "[\\p{L}\\p{Nd}_]";

    /** Tried in this order. Quantifiers are possessive, so that a long text needs no deep stack. */
    private static final List<Rule> RULES =
            List.of(
                    new Rule(Kind.SPACE, "[ \\t\\r\\n]++"),
                    new Rule(Kind.DECLARE, ":="),
                    new Rule(Kind.ASSIGN, "="),
                    new Rule(Kind.PIPE, "\\|"),
                    new Rule(Kind.LEFT, "\\("),
                    new Rule(Kind.RIGHT, "\\)"),
                    new Rule(Kind.STRING, "\"(?:[^\"\\\\\\n]|\\\\[^\\n])*+\""),
                    new Rule(Kind.CHARACTER, "'(?:[^'\\\\\\n]|\\\\[^\\n])*+'"),
                    new Rule(Kind.RAW_STRING, "`[^`]*+`"),
                    new Rule(Kind.VARIABLE, "\\$" + LETTER + "*+"),
                    new Rule(Kind.FIELD, "\\.(?![0-9])" + LETTER + "++"),
                    new Rule(
                            Kind.NUMBER,
                            "[+-]?(?:0[xX][0-9a-fA-F_]++|0[oO][0-7_]++|0[bB][01_]++"
                                    + "|(?:[0-9][0-9_]*+(?:\\.[0-9_]*+)?|\\.[0-9][0-9_]*+)"
                                    + "(?:[eE][+-]?[0-9_]++)?)"),
                    new Rule(Kind.DOT, "\\."),
                    new Rule(Kind.WORD, LETTER + "++"),
                    new Rule(Kind.SYMBOL, "[!-~&&[^\"'`:+-]]"));

    private final String input;
    private int at;
    private int line = 1;
    private int parentheses;
    private boolean inAction;

    private record Rule(Kind kind, Pattern pattern) {
        Rule(Kind kind, String regex) {
            this(kind, Pattern.compile(regex));
        }
    }

    Lexer(String input) {
        this.input = input;
    }

    /** The next token; {@code END} at the end, and again after it. */
    Token next() {
        while (!inAction) {
            int open = input.indexOf(OPEN, at);
            if (at < (open < 0 ? input.length() : open)) {
                String text = text(open < 0 ? input.length() : open);
                if (!text.isEmpty()) {
                    return new Token(Kind.TEXT, text, line);
                }
            } else if (open < 0) {
                return new Token(Kind.END, "", line);
            } else if (open(open)) {
                return new Token(Kind.OPEN, OPEN, line);
            }
        }
        return action();
    }

    /** The text up to {@code end}, less the spaces that the action after it takes away. */
    private String text(int end) {
        int last = end;
        if (end < input.length() && trimsLeft(end + OPEN.length())) {
            while (last > at && isSpace(last - 1)) {
                last--;
            }
        }
        String text = input.substring(at, last);
        moveTo(end);
        return text;
    }

    /** Enters an action; false where it was a comment, which is passed over. */
    private boolean open(int open) {
        int content = open + OPEN.length();
        if (trimsLeft(content)) {
            content += 2;
        }
        if (!input.startsWith(COMMENT, content)) {
            moveTo(trimsLeft(open + OPEN.length()) ? content : open + OPEN.length());
            inAction = true;
            parentheses = 0;
            return true;
        }
        int end = input.indexOf(COMMENT_END, content + COMMENT.length());
        if (end < 0) {
            throw TemplateException.syntax(line, "unclosed comment");
        }
        moveTo(end + COMMENT_END.length());
        if (closing() == 0) {
            throw TemplateException.syntax(line, "comment ends before closing delimiter");
        }
        close();
        return false;
    }

    private Token action() {
        if (closing() > 0) {
            if (parentheses > 0) {
                throw TemplateException.syntax(line, "unclosed left paren");
            }
            Token token = new Token(Kind.CLOSE, CLOSE, line);
            close();
            inAction = false;
            return token;
        }
        if (at == input.length()) {
            throw TemplateException.syntax(line, "unclosed action");
        }
        for (Rule rule : RULES) {
            Matcher matcher = rule.pattern().matcher(input).region(at, input.length());
            if (matcher.lookingAt()) {
                return token(rule.kind(), matcher.end());
            }
        }
        throw TemplateException.syntax(line, unreadable());
    }

    private Token token(Kind kind, int end) {
        // The space before a trimming end belongs to that end.
        boolean trimming = kind == Kind.SPACE && input.startsWith("-" + CLOSE, end);
        int last = trimming ? end - 1 : end;
        if (last == at) {
            return action();
        }
        Token token = new Token(kind, input.substring(at, last), line);
        moveTo(last);
        switch (kind) {
            case LEFT -> parentheses++;
            case RIGHT -> {
                if (--parentheses < 0) {
                    throw TemplateException.syntax(line, "unexpected right paren");
                }
            }
            case WORD, FIELD, VARIABLE -> checkEnded();
            case NUMBER -> checkNumber(token);
            default -> {}
        }
        return token;
    }

    private void checkEnded() {
        if (at < input.length()
                && AFTER_NAMES.indexOf(input.charAt(at)) < 0
                && !input.startsWith(CLOSE, at)) {
            throw TemplateException.syntax(line, "bad character " + character());
        }
    }

    private void checkNumber(Token number) {
        if (at < input.length()
                && (Character.isLetterOrDigit(input.codePointAt(at)) || input.charAt(at) == '_')) {
            throw TemplateException.syntax(
                    line, "bad number syntax: " + GoText.quoted(number.text() + input.charAt(at)));
        }
    }

    private String unreadable() {
        return switch (input.charAt(at)) {
            case '"' -> "unterminated quoted string";
            case '`' -> "unterminated raw quoted string";
            case '\'' -> "unterminated character constant";
            case ':' -> "expected :=";
            case '+', '-' -> "illegal number syntax: " + GoText.quoted(input.substring(at, at + 1));
            default -> "unrecognized character in action: " + character();
        };
    }

    private String character() {
        int point = input.codePointAt(at);
        return "U+%04X '%s'".formatted(point, Character.toString(point));
    }

    /** Length of the action's end that is here; 0: there is none. */
    private int closing() {
        if (at + 1 < input.length() && isSpace(at) && input.startsWith("-" + CLOSE, at + 1)) {
            return 2 + CLOSE.length();
        }
        return input.startsWith(CLOSE, at) ? CLOSE.length() : 0;
    }

    private void close() {
        int length = closing();
        moveTo(at + length);
        if (length > CLOSE.length()) {
            int end = at;
            while (end < input.length() && isSpace(end)) {
                end++;
            }
            moveTo(end);
        }
    }

    private boolean trimsLeft(int content) {
        return content + 1 < input.length() && input.charAt(content) == '-' && isSpace(content + 1);
    }

    private boolean isSpace(int index) {
        return SPACES.indexOf(input.charAt(index)) >= 0;
    }

    private void moveTo(int end) {
        for (int index = at; index < end; index++) {
            if (input.charAt(index) == '\n') {
                line++;
            }
        }
        at = end;
    }
}
