package dev.caravan.gateway.dialect.ollama;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.core.run.Logprob;
import dev.caravan.core.run.ToolCall;
import io.netty.buffer.ByteBuf;
import java.util.List;

/** The rarer parts of an answer's object as bytes. */
final class AnswerParts {

    private AnswerParts() {}

    /** {@code ,"tool_calls":[..]}, or nothing where there are none. */
    static void toolCalls(ByteBuf out, List<ToolCall> calls) {
        if (calls.isEmpty()) {
            return;
        }
        text(out, ",\"tool_calls\":[");
        for (int at = 0; at < calls.size(); at++) {
            text(out, at == 0 ? "{" : ",{");
            toolCall(out, calls.get(at));
        }
        out.writeByte(']');
    }

    private static void toolCall(ByteBuf out, ToolCall call) {
        if (!call.id().isEmpty()) {
            text(out, "\"id\":");
            quoted(out, call.id());
            out.writeByte(',');
        }
        text(out, "\"function\":{\"index\":" + call.index() + ",\"name\":");
        quoted(out, call.name());
        text(out, ",\"arguments\":");
        text(out, call.arguments());
        text(out, "}}");
    }

    /** {@code ,"logprobs":[..]}, or nothing where there are none. */
    static void logprobs(ByteBuf out, List<Logprob> logprobs) {
        if (!logprobs.isEmpty()) {
            text(out, ",\"logprobs\":");
            logprobList(out, logprobs);
        }
    }

    private static void logprobList(ByteBuf out, List<Logprob> logprobs) {
        out.writeByte('[');
        for (int at = 0; at < logprobs.size(); at++) {
            text(out, at == 0 ? "{\"token\":" : ",{\"token\":");
            logprob(out, logprobs.get(at));
            out.writeByte('}');
        }
        out.writeByte(']');
    }

    private static void logprob(ByteBuf out, Logprob told) {
        quoted(out, told.token());
        text(out, ",\"logprob\":" + told.logprob() + ",\"bytes\":[");
        byte[] bytes = told.token().getBytes(UTF_8);
        for (int at = 0; at < bytes.length; at++) {
            text(out, (at == 0 ? "" : ",") + (bytes[at] & 0xFF));
        }
        out.writeByte(']');
        if (!told.top().isEmpty()) {
            text(out, ",\"top_logprobs\":");
            logprobList(out, told.top());
        }
    }

    /** {@code ,"context":[..]}, or nothing where it is not known. */
    static void context(StringBuilder out, List<Integer> ids) {
        if (ids.isEmpty()) {
            return;
        }
        out.append(",\"context\":[").append(ids.getFirst());
        ids.stream().skip(1).forEach(id -> out.append(',').append(id));
        out.append(']');
    }

    static void quoted(ByteBuf out, CharSequence text) {
        out.writeByte('"');
        JsonText.write(out, text);
        out.writeByte('"');
    }

    static void text(ByteBuf out, String text) {
        out.writeCharSequence(text, UTF_8);
    }
}
