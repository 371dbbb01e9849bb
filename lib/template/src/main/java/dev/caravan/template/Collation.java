package dev.caravan.template;

import java.util.ArrayList;
import java.util.List;

/**
 * A conversation as templates see it.
 *
 * @param turns with neighbours of one role joined into one, but for tools' results
 * @param system all system messages, joined
 */
record Collation(List<Turn> turns, String system) {

    private static final String BETWEEN = "\n\n";

    static Collation of(List<Turn> turns) {
        List<Turn> joined = new ArrayList<>();
        List<String> system = new ArrayList<>();
        for (Turn turn : turns) {
            if (turn.role().equals("system")) {
                system.add(turn.content());
            }
            Turn last = joined.isEmpty() ? null : joined.getLast();
            if (last != null && last.role().equals(turn.role()) && !turn.role().equals("tool")) {
                joined.set(joined.size() - 1, last.with(last.content() + BETWEEN + turn.content()));
            } else {
                joined.add(turn);
            }
        }
        return new Collation(joined, String.join(BETWEEN, system));
    }
}
