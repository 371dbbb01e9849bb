package dev.caravan.worker.adapter.llamacpp;

import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Makes frames of a chat answer that the engine has read for thinking and tool calls. No ids are
 * told there. A tool call is told when it is whole: when the next one begins, or at the end.
 */
final class ChatAssembler implements AnswerAssembler {

    private final TreeMap<Integer, Call> calls = new TreeMap<>();
    private String finish = "";
    private long sequence;
    private boolean ended;

    private static final class Call {
        private final StringBuilder arguments = new StringBuilder();
        private String id = "";
        private String name = "";
    }

    @Override
    public boolean isEnded() {
        return ended;
    }

    @Override
    public Publisher<RunFrame> accept(EngineEvent event) {
        return switch (event) {
            case EngineEvent.Prefill(int processed, int total) ->
                    Mono.just(new RunFrame.Progress(processed, total));
            case EngineEvent.Delta delta -> Flux.fromIterable(delta(delta));
            case EngineEvent.Stop stop -> Flux.fromIterable(stop(stop));
            case EngineEvent.Broken(String message) -> Mono.just(broken(message));
            case EngineEvent.Token _ -> Mono.empty();
        };
    }

    private List<RunFrame> delta(EngineEvent.Delta delta) {
        List<RunFrame> frames = new ArrayList<>(2);
        for (EngineEvent.CallDelta grown : delta.calls()) {
            if (!calls.isEmpty() && calls.lastKey() < grown.index()) {
                frames.addAll(whole());
            }
            Call call = calls.computeIfAbsent(grown.index(), _ -> new Call());
            call.id = call.id.isEmpty() ? grown.id() : call.id;
            call.name += grown.name();
            call.arguments.append(grown.arguments());
        }
        if (!delta.finish().isEmpty()) {
            finish = delta.finish();
        }
        RunFrame.Piece piece =
                new RunFrame.Piece(
                        sequence,
                        delta.text(),
                        List.of(),
                        false,
                        delta.thinking(),
                        List.of(),
                        delta.logprobs());
        if (!piece.isSilent()) {
            sequence++;
            frames.add(piece);
        }
        if (frames.isEmpty()) {
            // a part of a call is told with the whole, but it is progress
            frames.add(new RunFrame.Progress(0, 0));
        }
        return frames;
    }

    private List<RunFrame> stop(EngineEvent.Stop stop) {
        List<RunFrame> frames = new ArrayList<>(whole());
        if (!ended) {
            ended = true;
            frames.add(FrameAssembler.end(stop, finish.equals("length")));
        }
        return frames;
    }

    private RunFrame broken(String message) {
        ended = true;
        return new RunFrame.Fail(FaultCode.UPSTREAM_FAILED, "engine: " + message, true);
    }

    /** The calls that are told now; arguments that are no object end the answer. */
    private List<RunFrame> whole() {
        List<RunFrame> frames = new ArrayList<>();
        while (!ended && !calls.isEmpty()) {
            var first = calls.pollFirstEntry();
            frames.add(told(first.getKey(), first.getValue()));
        }
        return frames;
    }

    private RunFrame told(int index, Call call) {
        String text = call.arguments.toString();
        if (!isObject(text)) {
            ended = true;
            return new RunFrame.Fail(
                    FaultCode.UPSTREAM_FAILED,
                    "the model's call of %s: arguments %s (expected: a JSON object)"
                            .formatted(call.name, text),
                    false);
        }
        ToolCall whole = new ToolCall(call.id, index, call.name, text.isBlank() ? "{}" : text);
        return new RunFrame.Piece(sequence++, "", List.of(), false, "", List.of(whole), List.of());
    }

    private static boolean isObject(String text) {
        try {
            JsonNode read = EngineJson.MAPPER.readTree(text);
            return text.isBlank() || read.isObject();
        } catch (JacksonException broken) {
            return false;
        }
    }
}
