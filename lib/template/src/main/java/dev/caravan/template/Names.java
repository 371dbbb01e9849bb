package dev.caravan.template;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The names of fields and variables that a template speaks of, in lower case. */
final class Names {

    private final Set<String> found = new HashSet<>();

    private Names() {}

    static Set<String> in(List<Node> nodes) {
        Names names = new Names();
        names.add(nodes);
        return Set.copyOf(names.found);
    }

    private void add(List<Node> nodes) {
        for (Node node : nodes) {
            switch (node) {
                case Node.Action(var pipeline) -> add(pipeline);
                case Node.If(var condition, var then, var otherwise) ->
                        add(condition, then, otherwise);
                case Node.With(var value, var then, var otherwise) -> add(value, then, otherwise);
                case Node.Range(var values, var body, var otherwise) ->
                        add(values, body, otherwise);
                case Node.Text _, Node.Break _, Node.Continue _ -> {}
            }
        }
    }

    private void add(Pipeline pipeline, List<Node> then, List<Node> otherwise) {
        add(pipeline);
        add(then);
        add(otherwise);
    }

    private void add(Pipeline pipeline) {
        for (Pipeline.Command command : pipeline.commands()) {
            for (Expression word : command.words()) {
                switch (word) {
                    case Expression.Field(var path) -> path.forEach(this::add);
                    case Expression.Variable(var name, var path) -> {
                        add(name);
                        path.forEach(this::add);
                    }
                    case Expression.Nested(var nested) -> add(nested);
                    // Ollama does not look into the last three either.
                    case Expression.Chain _,
                            Expression.Literal _,
                            Expression.Dot _,
                            Expression.Function _ -> {}
                }
            }
        }
    }

    private void add(String name) {
        found.add(name.toLowerCase(Locale.ROOT));
    }
}
