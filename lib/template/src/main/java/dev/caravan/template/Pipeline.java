package dev.caravan.template;

import java.util.List;

/**
 * Commands, each given the value of the one before it as its last argument.
 *
 * @param line counted from 1
 * @param variables that are set to the value, with their {@code $}; for a range the last is the
 *     element and one before it the index
 * @param assigns whether the variables are older ones
 */
record Pipeline(int line, List<String> variables, boolean assigns, List<Command> commands) {

    Pipeline {
        variables = List.copyOf(variables);
        commands = List.copyOf(commands);
    }

    /** A function or value, and its arguments. */
    record Command(List<Expression> words) {
        Command {
            words = List.copyOf(words);
        }

        Expression first() {
            return words.getFirst();
        }

        List<Expression> arguments() {
            return words.subList(1, words.size());
        }
    }
}
