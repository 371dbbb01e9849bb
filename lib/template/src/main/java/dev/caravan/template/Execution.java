package dev.caravan.template;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One run of a template. A template comes with a model out of the world, so that its work and its
 * output are bounded; what real ones need is far below.
 */
final class Execution {

    private static final int MAX_STEPS = 5_000_000;
    private static final int MAX_CHARACTERS = 64 << 20;

    private enum Flow {
        ON,
        BREAK,
        CONTINUE
    }

    private final StringBuilder out;
    private final Scope scope;
    private final Evaluation evaluation;
    private int steps;

    Execution(StringBuilder out, Map<String, @Nullable Object> root, Functions functions) {
        this.out = out;
        this.scope = new Scope(root);
        this.evaluation = new Evaluation(scope, functions);
    }

    void run(List<Node> nodes) {
        walk(nodes, scope.get("$"));
    }

    private Flow walk(List<Node> nodes, @Nullable Object dot) {
        for (Node node : nodes) {
            if (++steps > MAX_STEPS || out.length() > MAX_CHARACTERS) {
                throw new TemplateException(
                        "template: does not end (expected: at most %d steps and %d characters)"
                                .formatted(MAX_STEPS, MAX_CHARACTERS));
            }
            Flow flow = step(node, dot);
            if (flow != Flow.ON) {
                return flow;
            }
        }
        return Flow.ON;
    }

    private Flow step(Node node, @Nullable Object dot) {
        return switch (node) {
            case Node.Text(String text) -> {
                out.append(text);
                yield Flow.ON;
            }
            case Node.Action(Pipeline pipeline) -> {
                Object value = evaluation.pipeline(pipeline, dot);
                if (pipeline.variables().isEmpty()) {
                    out.append(GoText.printed(value));
                }
                yield Flow.ON;
            }
            case Node.If branch -> {
                int mark = scope.mark();
                boolean holds = Truth.of(evaluation.pipeline(branch.condition(), dot));
                Flow flow = walk(holds ? branch.then() : branch.otherwise(), dot);
                scope.forget(mark);
                yield flow;
            }
            case Node.With branch -> {
                int mark = scope.mark();
                Object value = evaluation.pipeline(branch.value(), dot);
                Flow flow =
                        Truth.of(value)
                                ? walk(branch.then(), value)
                                : walk(branch.otherwise(), dot);
                scope.forget(mark);
                yield flow;
            }
            case Node.Range range -> {
                int mark = scope.mark();
                Flow flow = range(range, dot);
                scope.forget(mark);
                yield flow;
            }
            case Node.Break _ -> Flow.BREAK;
            case Node.Continue _ -> Flow.CONTINUE;
        };
    }

    private Flow range(Node.Range range, @Nullable Object dot) {
        Object value = Typed.plain(evaluation.unbound(range.values(), dot));
        Loop loop = new Loop(range);
        switch (value) {
            case null -> {}
            case List<?> list -> {
                for (int index = 0; index < list.size() && loop.goesOn; index++) {
                    loop.turn((long) index, list.get(index));
                }
            }
            case Map<?, ?> map -> {
                for (Map.Entry<?, ?> entry : new TreeMap<Object, Object>(map).entrySet()) {
                    if (loop.goesOn) {
                        loop.turn(entry.getKey(), entry.getValue());
                    }
                }
            }
            case Long number -> {
                for (long index = 0; index < number && loop.goesOn; index++) {
                    loop.count(index, number);
                }
            }
            default ->
                    throw Evaluation.fault(
                            range.values().line(),
                            range.values().commands().getLast().first(),
                            "range can't iterate over " + GoText.of(value));
        }
        return loop.turns > 0 ? Flow.ON : walk(range.otherwise(), dot);
    }

    private final class Loop {
        private final Node.Range range;
        private boolean goesOn = true;
        private int turns;

        Loop(Node.Range range) {
            this.range = range;
        }

        void turn(@Nullable Object index, @Nullable Object element) {
            int mark = scope.mark();
            List<String> variables = range.values().variables();
            if (variables.size() > 1) {
                set(variables.get(0), index);
            }
            if (!variables.isEmpty()) {
                set(variables.getLast(), element);
            }
            run(element, mark);
        }

        /** Over a number: what there is to be had is the index. */
        void count(long index, long number) {
            int mark = scope.mark();
            List<String> variables = range.values().variables();
            if (variables.size() > 1) {
                throw Evaluation.fault(
                        range.values().line(),
                        range.values().commands().getLast().first(),
                        "can't use %d to iterate over more than one variable".formatted(number));
            }
            if (!variables.isEmpty()) {
                set(variables.getFirst(), index);
            }
            run(index, mark);
        }

        private void set(String variable, @Nullable Object value) {
            if (range.values().assigns()) {
                scope.assign(variable, value);
            } else {
                scope.declare(variable, value);
            }
        }

        private void run(@Nullable Object dot, int mark) {
            turns++;
            goesOn = walk(range.body(), dot) != Flow.BREAK;
            scope.forget(mark);
        }
    }
}
