package dev.caravan.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Go's {@code printf} with plain verbs; widths and flags are not used by models. */
final class Printf {

    private static final Pattern VERB = Pattern.compile("%(.?)", Pattern.DOTALL);
    private static final Set<String> KNOWN = Set.of("s", "v", "d", "q", "t", "%");

    private Printf() {}

    /** Refuses a format that is seen to have more, before the template is ever used. */
    static void check(Pipeline.Command command, int line) {
        if (command.first() instanceof Expression.Function(String name)
                && name.equals("printf")
                && command.words().size() > 1
                && command.words().get(1) instanceof Expression.Literal(var value, var source)
                && value instanceof String format
                && !isKnown(format)) {
            throw new UnsupportedDirective(line, "printf " + source);
        }
    }

    private static boolean isKnown(String format) {
        return VERB.matcher(format).results().allMatch(verb -> KNOWN.contains(verb.group(1)));
    }

    static String format(String format, List<@Nullable Object> arguments) {
        if (!isKnown(format)) {
            throw new UnsupportedDirective(0, "printf " + GoText.quoted(format));
        }
        List<@Nullable Object> left = new ArrayList<>(arguments);
        StringBuilder text = new StringBuilder();
        Matcher verbs = VERB.matcher(format);
        while (verbs.find()) {
            verbs.appendReplacement(text, "");
            text.append(shown(verbs.group(1), left));
        }
        verbs.appendTail(text);
        if (!left.isEmpty()) {
            text.append("%!(EXTRA ");
            text.append(
                    String.join(
                            ", ",
                            left.stream()
                                    .map(
                                            value ->
                                                    value == null
                                                            ? "<nil>"
                                                            : GoText.type(value)
                                                                    + "="
                                                                    + GoText.of(value))
                                    .toList()));
            text.append(')');
        }
        return text.toString();
    }

    private static String shown(String verb, List<@Nullable Object> left) {
        if (verb.equals("%")) {
            return "%";
        }
        if (left.isEmpty()) {
            return "%!" + verb + "(MISSING)";
        }
        Object value = left.removeFirst();
        boolean fits =
                switch (verb) {
                    case "v" -> true;
                    case "d" -> value instanceof Long;
                    case "t" -> value instanceof Boolean;
                    default -> value instanceof String || value instanceof Typed;
                };
        if (!fits) {
            return value == null
                    ? "%!" + verb + "(<nil>)"
                    : "%%!%s(%s=%s)".formatted(verb, GoText.type(value), GoText.of(value));
        }
        String text = GoText.of(value);
        return verb.equals("q") ? GoText.quoted(text) : text;
    }
}
