package dev.caravan.template;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Guesses thinking tags as Ollama does: the first and the last text of the block around a {@code
 * .Thinking} inside of a range over {@code .Messages}; a later one corrects an earlier one, so that
 * the innermost block has the last word.
 */
final class ThinkingSearch {

    private String opening = "";
    private String closing = "";

    private ThinkingSearch() {}

    static Optional<ThinkingTags> in(List<Node> nodes) {
        ThinkingSearch search = new ThinkingSearch();
        search.visit(nodes, null);
        return search.opening.isEmpty() || search.closing.isEmpty()
                ? Optional.empty()
                : Optional.of(new ThinkingTags(search.opening, search.closing));
    }

    private void visit(List<Node> block, Node.@Nullable Range range) {
        for (Node node : block) {
            switch (node) {
                case Node.Action(var pipeline) -> visit(pipeline, block, range);
                case Node.If(var condition, var then, var otherwise) -> {
                    visit(condition, block, range);
                    visit(then, range);
                    visit(otherwise, range);
                }
                case Node.With(var value, var then, var otherwise) -> {
                    visit(value, block, range);
                    visit(then, range);
                    visit(otherwise, range);
                }
                case Node.Range inner -> {
                    visit(inner.values(), block, inner);
                    visit(inner.body(), inner);
                    visit(inner.otherwise(), inner);
                }
                case Node.Text _, Node.Break _, Node.Continue _ -> {}
            }
        }
    }

    private void visit(Pipeline pipeline, List<Node> block, Node.@Nullable Range range) {
        if (range != null
                && mentions(pipeline, "Thinking")
                && mentions(range.values(), "Messages")) {
            if (block.getFirst() instanceof Node.Text(var text)) {
                opening = text.strip();
            }
            if (block.getLast() instanceof Node.Text(var text)) {
                closing = text.strip();
            }
        }
    }

    private static boolean mentions(Pipeline pipeline, String field) {
        return pipeline.commands().stream()
                .flatMap(command -> command.words().stream())
                .anyMatch(
                        word ->
                                switch (word) {
                                    case Expression.Field(var path) ->
                                            path.getFirst().equals(field);
                                    case Expression.Nested(var nested) -> mentions(nested, field);
                                    default -> false;
                                });
    }
}
