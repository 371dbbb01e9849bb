package dev.caravan.e2e;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** One answer of the gateway, with the time each line came. */
public record Answer(int status, List<Line> lines) {

    public record Line(Instant at, JsonNode json) {}

    public Answer {
        lines = List.copyOf(lines);
    }

    /** The text of all lines, whichever route it came from. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (Line line : lines) {
            JsonNode json = line.json();
            text.append(json.path("response").asString(""));
            text.append(json.path("message").path("content").asString(""));
        }
        return text.toString();
    }

    public JsonNode last() {
        return lines.getLast().json();
    }

    public Instant firstAt() {
        return lines.getFirst().at();
    }

    String error() {
        return last().path("error").asString("");
    }

    public List<Line> pieces() {
        List<Line> pieces = new ArrayList<>(lines);
        pieces.removeIf(line -> line.json().path("done").asBoolean(false));
        return pieces;
    }
}
