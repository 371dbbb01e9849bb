package dev.caravan.engine.source;

/** The engine cannot be had or does not work; the message names what, and ends with the way out. */
public class EngineException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public EngineException(String message) {
        super(message);
    }

    public EngineException(String message, Throwable cause) {
        super(message, cause);
    }
}
