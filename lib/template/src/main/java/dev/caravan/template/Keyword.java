package dev.caravan.template;

import java.util.Set;

/** Words that begin a directive. */
final class Keyword {

    private static final Set<String> ALL =
            Set.of(
                    "if",
                    "else",
                    "end",
                    "range",
                    "with",
                    "break",
                    "continue",
                    "define",
                    "template",
                    "block");

    private Keyword() {}

    static boolean is(String word) {
        return ALL.contains(word);
    }
}
