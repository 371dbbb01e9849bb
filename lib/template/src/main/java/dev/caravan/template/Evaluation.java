package dev.caravan.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gives pipelines their values. */
final class Evaluation {

    /** Stands for "there is no command before this one", which is not the same as nil. */
    private static final Object NOTHING = new Object();

    private final Scope scope;
    private final Functions functions;

    Evaluation(Scope scope, Functions functions) {
        this.scope = scope;
        this.functions = functions;
    }

    static TemplateException fault(int line, Expression at, String text) {
        return new TemplateException(
                "template: :%d: executing \"\" at <%s>: %s".formatted(line, at, text));
    }

    /** The value; sets the pipeline's variables to it. */
    @Nullable Object pipeline(Pipeline pipeline, @Nullable Object dot) {
        Object value = unbound(pipeline, dot);
        for (String variable : pipeline.variables()) {
            if (pipeline.assigns()) {
                scope.assign(variable, value);
            } else {
                scope.declare(variable, value);
            }
        }
        return value;
    }

    /** The value alone. */
    @Nullable Object unbound(Pipeline pipeline, @Nullable Object dot) {
        Object value = NOTHING;
        for (Pipeline.Command command : pipeline.commands()) {
            value = new Call(pipeline.line(), dot).command(command, value);
        }
        return value;
    }

    /** One command being evaluated. */
    private final class Call {
        private final int line;
        private final @Nullable Object dot;

        Call(int line, @Nullable Object dot) {
            this.line = line;
            this.dot = dot;
        }

        @Nullable Object command(Pipeline.Command command, @Nullable Object last) {
            Expression first = command.first();
            boolean called = command.words().size() > 1 || last != NOTHING;
            if (first instanceof Expression.Function(String name)) {
                return function(first, name, command.arguments(), last);
            }
            if (called) {
                throw fault(line, first, refusal(first));
            }
            if (first instanceof Expression.Literal(var value, _) && value == null) {
                throw fault(line, first, "nil is not a command");
            }
            return operand(first);
        }

        private String refusal(Expression first) {
            return switch (first) {
                case Expression.Field field ->
                        field.path().getLast() + " is not a method but has arguments";
                case Expression.Chain chain ->
                        chain.path().getLast() + " is not a method but has arguments";
                case Expression.Variable variable when !variable.path().isEmpty() ->
                        variable.path().getLast() + " is not a method but has arguments";
                default -> "can't give argument to non-function " + first;
            };
        }

        private @Nullable Object operand(Expression expression) {
            return switch (expression) {
                case Expression.Literal(var value, _) -> value;
                case Expression.Dot _ -> dot;
                case Expression.Field(var path) -> fields(expression, dot, path);
                case Expression.Variable(var name, var path) ->
                        fields(expression, scope.get(name), path);
                case Expression.Chain(var target, var path) ->
                        fields(expression, operand(target), path);
                case Expression.Function(var name) ->
                        function(expression, name, List.of(), NOTHING);
                case Expression.Nested(var pipeline) -> pipeline(pipeline, dot);
            };
        }

        private @Nullable Object fields(
                Expression at, @Nullable Object receiver, List<String> path) {
            Object value = receiver;
            for (String name : path) {
                value = field(at, Typed.plain(value), name);
            }
            return value;
        }

        private @Nullable Object field(Expression at, @Nullable Object receiver, String name) {
            return switch (receiver) {
                case null -> throw fault(line, at, "nil pointer evaluating interface {}." + name);
                case Map<?, ?> map -> map.get(name);
                case GoStruct struct when struct.member(name).isPresent() ->
                        struct.member(name).get().value();
                default ->
                        throw fault(
                                line,
                                at,
                                "can't evaluate field %s in type %s"
                                        .formatted(name, GoText.type(receiver)));
            };
        }

        private @Nullable Object function(
                Expression at, String name, List<Expression> arguments, @Nullable Object last) {
            Functions.refusal(name, arguments.size() + (last == NOTHING ? 0 : 1))
                    .ifPresent(
                            text -> {
                                throw fault(line, at, text);
                            });
            try {
                return name.equals("and") || name.equals("or")
                        ? first(name.equals("or"), arguments, last)
                        : functions.call(name, values(arguments, last));
            } catch (FunctionFault refused) {
                throw fault(line, at, "error calling %s: %s".formatted(name, refused.getMessage()));
            }
        }

        /** The first value with that truth, else the last one; no more of them are evaluated. */
        private @Nullable Object first(
                boolean truth, List<Expression> arguments, @Nullable Object last) {
            Object value = NOTHING;
            for (Expression argument : arguments) {
                value = operand(argument);
                if (Truth.of(value) == truth) {
                    return value;
                }
            }
            return last == NOTHING ? value : last;
        }

        private List<@Nullable Object> values(List<Expression> arguments, @Nullable Object last) {
            List<@Nullable Object> values = new ArrayList<>();
            for (Expression argument : arguments) {
                values.add(operand(argument));
            }
            if (last != NOTHING) {
                values.add(last);
            }
            return values;
        }
    }
}
