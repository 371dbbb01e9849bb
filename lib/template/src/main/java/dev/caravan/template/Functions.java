package dev.caravan.template;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The functions that templates call: Go's own and Ollama's. */
final class Functions {

    /** Least and most arguments; -1: any number. */
    private record Arity(int least, int most) {}

    private static final Map<String, Arity> ARITIES =
            Map.ofEntries(
                    Map.entry("and", new Arity(1, -1)),
                    Map.entry("or", new Arity(1, -1)),
                    Map.entry("not", new Arity(1, 1)),
                    Map.entry("eq", new Arity(1, -1)),
                    Map.entry("ne", new Arity(2, 2)),
                    Map.entry("lt", new Arity(2, 2)),
                    Map.entry("le", new Arity(2, 2)),
                    Map.entry("gt", new Arity(2, 2)),
                    Map.entry("ge", new Arity(2, 2)),
                    Map.entry("len", new Arity(1, 1)),
                    Map.entry("index", new Arity(1, -1)),
                    Map.entry("slice", new Arity(1, -1)),
                    Map.entry("print", new Arity(0, -1)),
                    Map.entry("println", new Arity(0, -1)),
                    Map.entry("printf", new Arity(1, -1)),
                    Map.entry("json", new Arity(1, 1)),
                    Map.entry("currentDate", new Arity(0, -1)),
                    Map.entry("yesterdayDate", new Arity(0, -1)),
                    Map.entry("toTypeScriptType", new Arity(1, 1)));

    /** Go has them; models do not use them. */
    private static final Set<String> NOT_HERE = Set.of("call", "html", "js", "urlquery");

    private final LocalDate today;

    Functions(LocalDate today) {
        this.today = today;
    }

    static void check(Token name) {
        if (NOT_HERE.contains(name.text())) {
            throw new UnsupportedDirective(name.line(), "function " + GoText.quoted(name.text()));
        }
        if (!ARITIES.containsKey(name.text())) {
            throw TemplateException.syntax(
                    name.line(), "function %s not defined".formatted(GoText.quoted(name.text())));
        }
    }

    /** What is wrong with a call of that many arguments; empty: nothing. */
    static Optional<String> refusal(String name, int count) {
        Arity arity = Objects.requireNonNull(ARITIES.get(name));
        if (count >= arity.least() && (arity.most() < 0 || count <= arity.most())) {
            return Optional.empty();
        }
        return Optional.of(
                "wrong number of args for %s: want %s%d got %d"
                        .formatted(
                                name, arity.most() < 0 ? "at least " : "", arity.least(), count));
    }

    /** All but {@code and} and {@code or}, which look at no more arguments than they need. */
    @Nullable Object call(String name, List<@Nullable Object> arguments) {
        return switch (name) {
            case "not" -> !Truth.of(arguments.getFirst());
            case "eq" -> equal(arguments);
            case "ne" -> !Comparison.equal(arguments.get(0), arguments.get(1));
            case "lt" -> Comparison.less(arguments.get(0), arguments.get(1));
            case "ge" -> !Comparison.less(arguments.get(0), arguments.get(1));
            case "gt" -> isGreater(arguments);
            case "le" -> !isGreater(arguments);
            case "len" -> length(arguments.getFirst());
            case "index" -> index(arguments.getFirst(), arguments.subList(1, arguments.size()));
            case "slice" -> slice(arguments.getFirst(), arguments.subList(1, arguments.size()));
            case "print" -> print(arguments);
            case "println" -> String.join(" ", arguments.stream().map(GoText::of).toList()) + "\n";
            case "printf" -> printf(arguments);
            case "json" -> GoJson.text(arguments.getFirst());
            case "currentDate" -> today.toString();
            case "yesterdayDate" -> today.minusDays(1).toString();
            case "toTypeScriptType" -> TypeScript.type(arguments.getFirst());
            default -> throw new IllegalStateException("function without a case: " + name);
        };
    }

    private static boolean equal(List<@Nullable Object> arguments) {
        if (arguments.size() == 1) {
            throw new FunctionFault("missing argument for comparison");
        }
        for (Object other : arguments.subList(1, arguments.size())) {
            if (Comparison.equal(arguments.getFirst(), other)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isGreater(List<@Nullable Object> arguments) {
        return !Comparison.less(arguments.get(0), arguments.get(1))
                && !Comparison.equal(arguments.get(0), arguments.get(1));
    }

    private static long length(@Nullable Object value) {
        return switch (Typed.plain(value)) {
            case null -> {
                if (value instanceof Typed) {
                    yield 0;
                }
                throw new FunctionFault("len of nil pointer");
            }
            case String text -> text.getBytes(UTF_8).length;
            case List<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            default -> throw new FunctionFault("len of type " + GoText.type(value));
        };
    }

    private static @Nullable Object index(@Nullable Object item, List<@Nullable Object> indexes) {
        Object found = item;
        for (Object index : indexes) {
            found =
                    switch (Typed.plain(found)) {
                        case null -> throw new FunctionFault("index of untyped nil");
                        case String text ->
                                (long)
                                        (text.getBytes(UTF_8)[
                                                        place(
                                                                index,
                                                                text.getBytes(UTF_8).length - 1)]
                                                & 0xFF);
                        case List<?> list -> list.get(place(index, list.size() - 1));
                        case Map<?, ?> map -> map.get(key(index));
                        default ->
                                throw new FunctionFault(
                                        "can't index item of type " + GoText.type(found));
                    };
        }
        return found;
    }

    private static String key(@Nullable Object index) {
        if (Typed.plain(index) instanceof String key) {
            return key;
        }
        throw new FunctionFault(
                "value has type %s; should be string".formatted(GoText.type(index)));
    }

    private static int place(@Nullable Object index, int last) {
        if (index instanceof Long number) {
            if (number < 0 || number > last) {
                throw new FunctionFault("index out of range: " + number);
            }
            return number.intValue();
        }
        throw new FunctionFault(
                index == null
                        ? "cannot index slice/array with nil"
                        : "cannot index slice/array with type " + GoText.type(index));
    }

    private static Object slice(@Nullable Object item, List<@Nullable Object> indexes) {
        byte[] bytes = item instanceof String text ? text.getBytes(UTF_8) : new byte[0];
        int length =
                switch (Typed.plain(item)) {
                    case null -> throw new FunctionFault("slice of untyped nil");
                    case String _ -> bytes.length;
                    case List<?> list -> list.size();
                    default ->
                            throw new FunctionFault(
                                    "can't slice item of type " + GoText.type(item));
                };
        if (indexes.size() > 2) {
            throw new FunctionFault("too many slice indexes: " + indexes.size());
        }
        int from = indexes.isEmpty() ? 0 : place(indexes.get(0), length);
        int to = indexes.size() < 2 ? length : place(indexes.get(1), length);
        if (from > to) {
            throw new FunctionFault("invalid slice index: %d > %d".formatted(from, to));
        }
        return Typed.plain(item) instanceof List<?> list
                ? list.subList(from, to)
                : new String(Arrays.copyOfRange(bytes, from, to), UTF_8);
    }

    /** A space between two values of which neither is a string. */
    private static String print(List<@Nullable Object> arguments) {
        StringBuilder text = new StringBuilder();
        for (int index = 0; index < arguments.size(); index++) {
            Object value = arguments.get(index);
            if (index > 0
                    && !(value instanceof String)
                    && !(arguments.get(index - 1) instanceof String)) {
                text.append(' ');
            }
            text.append(GoText.of(value));
        }
        return text.toString();
    }

    private static String printf(List<@Nullable Object> arguments) {
        if (arguments.getFirst() instanceof String format) {
            return Printf.format(format, arguments.subList(1, arguments.size()));
        }
        throw new FunctionFault(
                "wrong type for value; expected string; got " + GoText.type(arguments.getFirst()));
    }
}
