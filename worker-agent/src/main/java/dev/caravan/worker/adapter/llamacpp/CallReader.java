package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.run.ToolCall;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Reads calls of tools out of text that comes in pieces, where Ollama reads them: behind the tag
 * that the model's template puts before them, or in an answer that is JSON from its beginning. The
 * latter also where there is a tag, since an engine does not print one that is a special token.
 *
 * <p>Text that may be the beginning of a tag waits for what follows; from the tag on all waits, and
 * only calls are told. Where the answer ends without any, what waited was plain text after all. A
 * call is an object that has a known tool's name and {@code arguments} or {@code parameters}, in
 * whatever it is wrapped, or one that follows the name of a tool.
 */
final class CallReader {

    private static final String ID_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
    private static final int ID_LENGTH = 8;
    private static final List<String> ARGUMENTS = List.of("arguments", "parameters");

    private enum Where {
        /** Nothing but white space was said. */
        BEGINNING,
        TEXT,
        /** Behind a tag, up to the end. */
        TAGGED,
        /** In JSON that the answer began with, up to its closing bracket. */
        JSON,
        AFTER
    }

    private final Optional<String> tag;
    private final Set<String> tools;
    private final StringBuilder held = new StringBuilder();
    private Where where = Where.BEGINNING;

    /** In {@link #held}, where the next call may begin. */
    private int read;

    private int calls;

    /** Whether text was told behind the calls. */
    private boolean spoken;

    /**
     * @param content for the user
     */
    record Told(String content, List<ToolCall> calls) {}

    CallReader(Optional<String> tag, List<String> tools) {
        // A bracket in the midst of an answer says nothing; one at its beginning needs no tag.
        this.tag = tag.filter(text -> !text.equals("["));
        this.tools = Set.copyOf(tools);
    }

    Told accept(String text) {
        held.append(text);
        StringBuilder content = new StringBuilder();
        if (where == Where.BEGINNING) {
            begin();
        }
        if (where == Where.TEXT) {
            content.append(untilTag());
        }
        List<ToolCall> found = new ArrayList<>();
        if (where == Where.TAGGED || where == Where.JSON) {
            found.addAll(calls());
        }
        if (where == Where.JSON) {
            endOfJson();
        }
        if (where == Where.AFTER) {
            content.append(after());
        }
        return new Told(content.toString(), found);
    }

    /** What waited when the answer ended. */
    String rest() {
        boolean noise = calls > 0 && (where == Where.TAGGED || where == Where.JSON);
        return noise ? "" : take(held.length());
    }

    private void begin() {
        String said = held.toString().strip();
        if (said.isEmpty() || tag.filter(text -> text.startsWith(said)).isPresent()) {
            return;
        }
        boolean tagged = tag.filter(said::startsWith).isPresent();
        boolean json = said.startsWith("{") || said.startsWith("[");
        where = json && !tagged ? Where.JSON : Where.TEXT;
        read = json && !tagged ? held.indexOf(said.substring(0, 1)) : 0;
    }

    private String untilTag() {
        if (tag.isEmpty()) {
            return take(held.length());
        }
        int at = held.indexOf(tag.get());
        if (at < 0) {
            return take(held.length() - unsure(tag.get()));
        }
        where = Where.TAGGED;
        String before = take(at);
        read = tag.get().length();
        return before;
    }

    /** Characters at the end that may begin the tag. */
    private int unsure(String text) {
        int length = Math.min(held.length(), text.length() - 1);
        while (length > 0 && !text.startsWith(held.substring(held.length() - length))) {
            length--;
        }
        return length;
    }

    /** The answer's JSON is whole: calls are told, else it was the answer; what follows is text. */
    private void endOfJson() {
        int from = held.indexOf(held.toString().strip().substring(0, 1));
        int end = JsonEnd.of(held, from);
        if (end >= 0) {
            where = Where.AFTER;
            if (calls > 0) {
                held.delete(0, end);
            }
        }
    }

    /** Without white space between calls and text. */
    private String after() {
        String text = take(held.length());
        String said = calls > 0 && !spoken ? text.stripLeading() : text;
        spoken |= !said.isEmpty();
        return said;
    }

    private List<ToolCall> calls() {
        List<ToolCall> found = new ArrayList<>();
        int from = read;
        for (int open = held.indexOf("{", from); open >= 0; open = held.indexOf("{", from)) {
            int end = JsonEnd.of(held, open);
            if (end < 0) {
                break;
            }
            Optional<JsonNode> object = parsed(held.substring(open, end));
            List<ToolCall> here = new ArrayList<>();
            String before = held.substring(read, open);
            object.ifPresent(json -> collect(json, before, here));
            found.addAll(here);
            // An object that is none may have one in it.
            from = object.isPresent() ? end : open + 1;
            if (!here.isEmpty()) {
                read = end;
            }
        }
        return found;
    }

    private static Optional<JsonNode> parsed(String text) {
        try {
            return Optional.of(EngineJson.MAPPER.readTree(text));
        } catch (JacksonException none) {
            return Optional.empty();
        }
    }

    private void collect(JsonNode json, String before, List<ToolCall> found) {
        wrapped(json, found);
        if (found.isEmpty()) {
            named(before).ifPresent(tool -> found.add(call(tool, json)));
        }
    }

    private void wrapped(JsonNode json, List<ToolCall> found) {
        Optional<String> tool =
                json.valueStream()
                        .filter(JsonNode::isString)
                        .map(JsonNode::asString)
                        .filter(tools::contains)
                        .findFirst();
        Optional<JsonNode> arguments =
                ARGUMENTS.stream()
                        .map(json::path)
                        .map(CallReader::object)
                        .flatMap(Optional::stream)
                        .findFirst();
        if (json.isObject() && tool.isPresent() && arguments.isPresent()) {
            found.add(call(tool.get(), arguments.get()));
            return;
        }
        if (json.isContainer()) {
            json.valueStream().forEach(inner -> wrapped(inner, found));
        }
    }

    /** Some models write the arguments as a text of JSON. */
    private static Optional<JsonNode> object(JsonNode arguments) {
        return (arguments.isString() ? parsed(arguments.asString()) : Optional.of(arguments))
                .filter(JsonNode::isObject);
    }

    /** The tool that was named last. */
    private Optional<String> named(String text) {
        return tools.stream()
                .filter(text::contains)
                .max(
                        Comparator.comparingInt(
                                        (String tool) -> text.lastIndexOf(tool) + tool.length())
                                .thenComparingInt(String::length));
    }

    private ToolCall call(String tool, JsonNode arguments) {
        StringBuilder id = new StringBuilder("call_");
        ThreadLocalRandom.current()
                .ints(ID_LENGTH, 0, ID_CHARACTERS.length())
                .forEach(at -> id.append(ID_CHARACTERS.charAt(at)));
        return new ToolCall(id.toString(), calls++, tool, arguments.toString());
    }

    private String take(int length) {
        String taken = held.substring(0, length);
        held.delete(0, length);
        return taken;
    }
}
