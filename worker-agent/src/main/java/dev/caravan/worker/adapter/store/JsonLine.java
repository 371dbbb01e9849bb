package dev.caravan.worker.adapter.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.wire.WireJson;

/** JSON files as Ollama writes them: one line, ended. */
final class JsonLine {

    private JsonLine() {}

    static byte[] of(Object value) {
        return (WireJson.mapper().writeValueAsString(value) + "\n").getBytes(UTF_8);
    }
}
