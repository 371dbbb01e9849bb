package dev.caravan.template;

import java.util.List;
import java.util.Optional;

/**
 * Finds how a model begins its calls of tools, where Ollama looks for it: the first text that the
 * template prints inside of an {@code if} about {@code .ToolCalls}, unless a value is printed
 * before it; JSON in that text is no part of it.
 */
final class CallTagSearch {

    /** What a look into a block comes to. */
    private sealed interface Look {
        record Nothing() implements Look {}

        /** A value comes before any text. */
        record Value() implements Look {}

        record Text(String text) implements Look {}
    }

    private static final Look NOTHING = new Look.Nothing();
    private static final Look VALUE = new Look.Value();

    private CallTagSearch() {}

    static Optional<String> in(List<Node> nodes) {
        return calls(nodes)
                .map(CallTagSearch::first)
                .filter(Look.Text.class::isInstance)
                .map(found -> beforeJson(((Look.Text) found).text()))
                .filter(tag -> !tag.isEmpty());
    }

    private static String beforeJson(String text) {
        int json = text.indexOf('{');
        return (json < 0 ? text : text.substring(0, json)).replace("\r\n", "\n").strip();
    }

    /** What is printed where a message has calls. */
    private static Optional<List<Node>> calls(List<Node> nodes) {
        return nodes.stream()
                .flatMap(
                        node ->
                                switch (node) {
                                    case Node.If branch when mentionsCalls(branch.condition()) ->
                                            Optional.of(branch.then()).stream();
                                    case Node.If(var _, var then, var otherwise) ->
                                            either(then, otherwise).stream();
                                    case Node.With(var _, var then, var otherwise) ->
                                            either(then, otherwise).stream();
                                    case Node.Range(var _, var body, var otherwise) ->
                                            either(body, otherwise).stream();
                                    case Node.Text _,
                                            Node.Action _,
                                            Node.Break _,
                                            Node.Continue _ ->
                                            Optional.<List<Node>>empty().stream();
                                })
                .findFirst();
    }

    private static Optional<List<Node>> either(List<Node> then, List<Node> otherwise) {
        return calls(then).or(() -> calls(otherwise));
    }

    private static Look first(List<Node> nodes) {
        for (Node node : nodes) {
            Look look =
                    switch (node) {
                        case Node.Text(var text) -> text.isBlank() ? NOTHING : new Look.Text(text);
                        case Node.Action _ -> VALUE;
                        case Node.If(var _, var then, var otherwise) -> inside(then, otherwise);
                        case Node.With(var _, var then, var otherwise) -> inside(then, otherwise);
                        case Node.Range(var _, var body, var otherwise) -> inside(body, otherwise);
                        case Node.Break _, Node.Continue _ -> NOTHING;
                    };
            if (!(look instanceof Look.Nothing)) {
                return look;
            }
        }
        return NOTHING;
    }

    /** No text behind a block is the beginning of what stands in it. */
    private static Look inside(List<Node> then, List<Node> otherwise) {
        Look look = first(then);
        look = look instanceof Look.Text ? look : first(otherwise);
        return look instanceof Look.Text ? look : VALUE;
    }

    private static boolean mentionsCalls(Pipeline condition) {
        return condition.commands().stream()
                .flatMap(command -> command.words().stream())
                .anyMatch(
                        word ->
                                switch (word) {
                                    case Expression.Field(var path) -> path.contains("ToolCalls");
                                    case Expression.Variable(var _, var path) ->
                                            path.contains("ToolCalls");
                                    default -> false;
                                });
    }
}
