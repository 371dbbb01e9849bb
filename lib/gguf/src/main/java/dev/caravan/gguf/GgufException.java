package dev.caravan.gguf;

import java.io.IOException;

/** A file was refused; the message names the value and what was expected. */
public final class GgufException extends IOException {

    private static final long serialVersionUID = 1L;

    private final GgufFault fault;

    GgufException(GgufFault fault, String message) {
        super(message);
        this.fault = fault;
    }

    /** What is wrong with the file. */
    public GgufFault fault() {
        return fault;
    }
}
