package dev.caravan.worker.adapter.llamacpp;

import tools.jackson.core.JsonParser;

/** The figures of an answer: tokens, and milliseconds. */
record Timings(int cached, int evaluated, double promptMillis, int answered, double answerMillis) {

    static final Timings NONE = new Timings(0, 0, 0, 0, 0);

    /** Reads the object that the parser stands at. */
    static Timings read(JsonParser json) {
        int cached = 0;
        int evaluated = 0;
        double promptMillis = 0;
        int answered = 0;
        double answerMillis = 0;
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            json.nextToken();
            switch (name) {
                case "cache_n" -> cached = json.getIntValue();
                case "prompt_n" -> evaluated = json.getIntValue();
                case "prompt_ms" -> promptMillis = json.getDoubleValue();
                case "predicted_n" -> answered = json.getIntValue();
                case "predicted_ms" -> answerMillis = json.getDoubleValue();
                default -> json.skipChildren();
            }
        }
        return new Timings(cached, evaluated, promptMillis, answered, answerMillis);
    }

    EngineEvent.Stop stop(String text, String type, int made) {
        return new EngineEvent.Stop(
                text, type, made, cached, evaluated, promptMillis, answered, answerMillis);
    }
}
