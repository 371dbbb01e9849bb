package dev.caravan.worker.adapter.llamacpp;

import tools.jackson.core.JsonParser;

/** Reads how far the evaluation of a prompt is. */
final class PrefillProgress {

    private PrefillProgress() {}

    /** Reads the object that the parser stands at. */
    static EngineEvent.Prefill read(JsonParser json) {
        int processed = 0;
        int total = 0;
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            json.nextToken();
            switch (name) {
                case "processed" -> processed = json.getIntValue();
                case "total" -> total = json.getIntValue();
                default -> json.skipChildren();
            }
        }
        return new EngineEvent.Prefill(processed, total);
    }
}
