package dev.caravan.template;

import dev.caravan.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/** Makes nodes of a template's text. */
final class Parser {

    /** Directives inside of directives; real templates have some ten. */
    private static final int MAX_DEPTH = 200;

    private final Tokens tokens;
    private final PipelineParser pipelines;
    private int depth;
    private int ranges;

    private Parser(String text) {
        this.tokens = new Tokens(text);
        this.pipelines = new PipelineParser(tokens);
    }

    /**
     * @throws TemplateException where Go's parser would refuse it
     * @throws UnsupportedDirective where it has more than is interpreted here
     */
    static List<Node> parse(String text) {
        Parser parser = new Parser(text);
        Part part = parser.part();
        if (!part.end().is(Kind.END)) {
            throw TemplateException.syntax(
                    part.end().line(), "unexpected {{%s}}".formatted(part.end().text()));
        }
        return part.nodes();
    }

    /**
     * @param end what ended it: the word "end" or "else", or the end of the text
     */
    private record Part(List<Node> nodes, Token end) {}

    private Part part() {
        List<Node> nodes = new ArrayList<>();
        while (true) {
            Token token = tokens.next();
            if (token.is(Kind.END)) {
                return new Part(List.copyOf(nodes), token);
            }
            if (token.is(Kind.TEXT)) {
                nodes.add(new Node.Text(token.text()));
                continue;
            }
            Token word = tokens.peekNonSpace();
            if (word.isWord("end") || word.isWord("else")) {
                return new Part(List.copyOf(nodes), end());
            }
            nodes.add(directive(word));
        }
    }

    /** The word that ends a part; what follows an "else" may be the next condition. */
    private Token end() {
        Token word = tokens.next();
        Token next = tokens.peekNonSpace();
        if (word.isWord("end") || !(next.isWord("if") || next.isWord("with"))) {
            tokens.expect(Kind.CLOSE, word.text());
        }
        return word;
    }

    private Node directive(Token word) {
        if (!word.is(Kind.WORD) || !Keyword.is(word.text())) {
            return new Node.Action(pipelines.pipeline("command", Kind.CLOSE));
        }
        tokens.next();
        return switch (word.text()) {
            case "if", "with", "range" -> branch(word);
            case "break" -> leap(word, new Node.Break());
            case "continue" -> leap(word, new Node.Continue());
            default -> throw new UnsupportedDirective(word.line(), "{{%s}}".formatted(word.text()));
        };
    }

    private Node leap(Token word, Node node) {
        String directive = "{{%s}}".formatted(word.text());
        tokens.expect(Kind.CLOSE, directive);
        if (ranges == 0) {
            throw TemplateException.syntax(word.line(), directive + " outside {{range}}");
        }
        return node;
    }

    private Node branch(Token word) {
        if (++depth > MAX_DEPTH) {
            throw TemplateException.syntax(word.line(), "max template depth exceeded");
        }
        int mark = pipelines.known();
        boolean range = word.isWord("range");
        Pipeline pipeline = pipelines.pipeline(word.text(), Kind.CLOSE);
        ranges += range ? 1 : 0;
        Part then = part();
        ranges -= range ? 1 : 0;
        List<Node> otherwise = otherwise(word, then.end());
        pipelines.forget(mark);
        depth--;
        return switch (word.text()) {
            case "if" -> new Node.If(pipeline, then.nodes(), otherwise);
            case "with" -> new Node.With(pipeline, then.nodes(), otherwise);
            default -> new Node.Range(pipeline, then.nodes(), otherwise);
        };
    }

    private List<Node> otherwise(Token word, Token end) {
        if (end.is(Kind.END)) {
            throw TemplateException.syntax(end.line(), "unexpected EOF");
        }
        if (end.isWord("end")) {
            return List.of();
        }
        Token next = tokens.peek();
        if (next.is(Kind.WORD)) {
            if (!next.text().equals(word.text())) {
                throw Tokens.unexpected(next, "input");
            }
            // The end of the inner one is the end of both.
            return List.of(branch(tokens.next()));
        }
        Part part = part();
        if (part.end().isWord("else")) {
            throw TemplateException.syntax(part.end().line(), "expected end; found {{else}}");
        }
        if (part.end().is(Kind.END)) {
            throw TemplateException.syntax(part.end().line(), "unexpected EOF");
        }
        return part.nodes();
    }
}
