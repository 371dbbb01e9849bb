package dev.caravan.template;

import dev.caravan.template.Token.Kind;
import java.util.ArrayDeque;
import java.util.Deque;

/** The tokens of a template with look-ahead. */
final class Tokens {

    private final Lexer lexer;
    private final Deque<Token> ahead = new ArrayDeque<>();

    Tokens(String input) {
        this.lexer = new Lexer(input);
    }

    Token next() {
        return ahead.isEmpty() ? lexer.next() : ahead.pop();
    }

    Token nextNonSpace() {
        Token token = next();
        return token.is(Kind.SPACE) ? next() : token;
    }

    Token peek() {
        Token token = next();
        ahead.push(token);
        return token;
    }

    /** The next token that is no space; spaces before it are dropped. */
    Token peekNonSpace() {
        Token token = nextNonSpace();
        ahead.push(token);
        return token;
    }

    void back(Token token) {
        ahead.push(token);
    }

    Token expect(Kind kind, String context) {
        Token token = nextNonSpace();
        if (!token.is(kind)) {
            throw unexpected(token, context);
        }
        return token;
    }

    static TemplateException unexpected(Token token, String context) {
        return TemplateException.syntax(
                token.line(), "unexpected %s in %s".formatted(token.shown(), context));
    }
}
