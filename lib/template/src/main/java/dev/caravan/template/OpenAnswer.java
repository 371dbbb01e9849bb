package dev.caravan.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Cuts a template off after its first {@code .Response}, so that the model goes on from there. As
 * in Ollama, conditions are not looked into: {@code {{ if .Response }}} alone cuts nothing.
 */
final class OpenAnswer {

    private boolean found;

    List<Node> cut(List<Node> nodes) {
        List<Node> kept = new ArrayList<>();
        for (Node node : nodes) {
            if (!found) {
                cut(node).ifPresent(kept::add);
            }
        }
        return kept;
    }

    private Optional<Node> cut(Node node) {
        return switch (node) {
            case Node.If(var condition, var then, var otherwise) ->
                    Optional.of(new Node.If(condition, cut(then), cut(otherwise)));
            case Node.With(var value, var then, var otherwise) ->
                    Optional.of(new Node.With(value, cut(then), cut(otherwise)));
            case Node.Range(var values, var body, var otherwise) ->
                    Optional.of(new Node.Range(values, cut(body), cut(otherwise)));
            case Node.Action(var pipeline) -> cut(pipeline).map(Node.Action::new);
            case Node.Text _, Node.Break _, Node.Continue _ -> Optional.of(node);
        };
    }

    private Optional<Pipeline> cut(Pipeline pipeline) {
        List<Pipeline.Command> commands = new ArrayList<>();
        for (Pipeline.Command command : pipeline.commands()) {
            List<Expression> words = new ArrayList<>();
            for (Expression word : command.words()) {
                cut(word).ifPresent(words::add);
            }
            if (words.isEmpty()) {
                return Optional.empty();
            }
            commands.add(new Pipeline.Command(words));
        }
        return Optional.of(
                new Pipeline(pipeline.line(), pipeline.variables(), pipeline.assigns(), commands));
    }

    private Optional<Expression> cut(Expression word) {
        if (word instanceof Expression.Field(var path) && path.contains("Response")) {
            found = true;
            return Optional.of(word);
        }
        if (found) {
            return Optional.empty();
        }
        return word instanceof Expression.Nested(var pipeline)
                ? cut(pipeline).map(Expression.Nested::new)
                : Optional.of(word);
    }
}
