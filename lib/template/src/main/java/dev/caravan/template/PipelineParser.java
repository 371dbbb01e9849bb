package dev.caravan.template;

import dev.caravan.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/** Reads pipelines, and knows which variables are there to be used. */
final class PipelineParser {

    private static final int MAX_DEPTH = 200;

    private final Tokens tokens;
    private final List<String> variables = new ArrayList<>(List.of("$"));
    private int depth;

    PipelineParser(Tokens tokens) {
        this.tokens = tokens;
    }

    /** A mark for {@link #forget}. */
    int known() {
        return variables.size();
    }

    void forget(int mark) {
        variables.subList(mark, variables.size()).clear();
    }

    /**
     * @param context that errors name; "range" may set two variables
     * @param end kind of the token after the pipeline, which is read too
     */
    Pipeline pipeline(String context, Kind end) {
        int line = tokens.peekNonSpace().line();
        Declaration declared = declaration(context);
        List<Pipeline.Command> commands = new ArrayList<>();
        Token token;
        while (!(token = tokens.nextNonSpace()).is(end)) {
            if (!beginsOperand(token)) {
                throw Tokens.unexpected(token, context);
            }
            tokens.back(token);
            commands.add(command());
        }
        check(line, context, commands);
        return new Pipeline(line, declared.variables(), declared.assigns(), commands);
    }

    private record Declaration(List<String> variables, boolean assigns) {}

    private Declaration declaration(String context) {
        List<String> declared = new ArrayList<>();
        while (tokens.peekNonSpace().is(Kind.VARIABLE)) {
            Token variable = tokens.next();
            Token after = tokens.next();
            Token next = after.is(Kind.SPACE) ? tokens.next() : after;
            if (next.is(Kind.ASSIGN) || next.is(Kind.DECLARE)) {
                declare(declared, variable.text());
                return new Declaration(declared, next.is(Kind.ASSIGN));
            }
            if (!next.text().equals(",")) {
                tokens.back(next);
                if (after != next) {
                    tokens.back(after);
                }
                tokens.back(variable);
                break;
            }
            declare(declared, variable.text());
            if (!context.equals("range") || declared.size() > 1) {
                throw TemplateException.syntax(
                        variable.line(), "too many declarations in " + context);
            }
            if (!tokens.peekNonSpace().is(Kind.VARIABLE)) {
                throw TemplateException.syntax(
                        variable.line(), "range can only initialize variables");
            }
        }
        return new Declaration(declared, false);
    }

    private void declare(List<String> declared, String name) {
        declared.add(name);
        variables.add(name);
    }

    private static void check(int line, String context, List<Pipeline.Command> commands) {
        if (commands.isEmpty()) {
            throw TemplateException.syntax(line, "missing value for " + context);
        }
        for (int stage = 1; stage < commands.size(); stage++) {
            Expression first = commands.get(stage).first();
            if (first instanceof Expression.Literal || first instanceof Expression.Dot) {
                throw TemplateException.syntax(
                        line, "non executable command in pipeline stage " + (stage + 1));
            }
        }
    }

    private static boolean beginsOperand(Token token) {
        return switch (token.kind()) {
            case WORD -> !Keyword.is(token.text());
            case DOT, FIELD, VARIABLE, STRING, RAW_STRING, CHARACTER, NUMBER, LEFT -> true;
            case TEXT, OPEN, CLOSE, SPACE, PIPE, ASSIGN, DECLARE, SYMBOL, RIGHT, END -> false;
        };
    }

    private Pipeline.Command command() {
        List<Expression> words = new ArrayList<>();
        while (true) {
            if (beginsOperand(tokens.peekNonSpace())) {
                words.add(operand());
            }
            Token token = tokens.next();
            if (token.is(Kind.CLOSE) || token.is(Kind.RIGHT)) {
                tokens.back(token);
                break;
            }
            if (token.is(Kind.PIPE)) {
                break;
            }
            if (!token.is(Kind.SPACE)) {
                throw Tokens.unexpected(token, "operand");
            }
        }
        Pipeline.Command command = new Pipeline.Command(words);
        Printf.check(command, tokens.peek().line());
        return command;
    }

    private Expression operand() {
        Expression term = term(tokens.nextNonSpace());
        List<String> path = new ArrayList<>();
        Token token;
        while ((token = tokens.peek()).is(Kind.FIELD)) {
            path.add(tokens.next().text().substring(1));
        }
        if (path.isEmpty()) {
            return term;
        }
        return switch (term) {
            case Expression.Field(var first) -> new Expression.Field(joined(first, path));
            case Expression.Variable(var name, _) -> new Expression.Variable(name, path);
            case Expression.Literal _, Expression.Dot _ ->
                    throw TemplateException.syntax(
                            token.line(),
                            "unexpected . after term " + GoText.quoted(term.toString()));
            case Expression.Chain _, Expression.Function _, Expression.Nested _ ->
                    new Expression.Chain(term, List.copyOf(path));
        };
    }

    private static List<String> joined(List<String> first, List<String> more) {
        List<String> path = new ArrayList<>(first);
        path.addAll(more);
        return List.copyOf(path);
    }

    private Expression term(Token token) {
        return switch (token.kind()) {
            case WORD -> word(token);
            case DOT -> new Expression.Dot();
            case FIELD -> new Expression.Field(List.of(token.text().substring(1)));
            case VARIABLE -> variable(token);
            case NUMBER, CHARACTER, STRING, RAW_STRING -> Literals.of(token);
            case LEFT -> nested(token);
            case TEXT, OPEN, CLOSE, SPACE, PIPE, ASSIGN, DECLARE, SYMBOL, RIGHT, END ->
                    throw Tokens.unexpected(token, "operand");
        };
    }

    private static Expression word(Token token) {
        return switch (token.text()) {
            case "true" -> new Expression.Literal(true, "true");
            case "false" -> new Expression.Literal(false, "false");
            case "nil" -> new Expression.Literal(null, "nil");
            default -> {
                Functions.check(token);
                yield new Expression.Function(token.text());
            }
        };
    }

    private Expression variable(Token token) {
        if (!variables.contains(token.text())) {
            throw TemplateException.syntax(
                    token.line(), "undefined variable " + GoText.quoted(token.text()));
        }
        return new Expression.Variable(token.text(), List.of());
    }

    private Expression nested(Token token) {
        if (++depth > MAX_DEPTH) {
            throw TemplateException.syntax(token.line(), "max expression depth exceeded");
        }
        Pipeline pipeline = pipeline("parenthesized pipeline", Kind.RIGHT);
        depth--;
        return new Expression.Nested(pipeline);
    }
}
