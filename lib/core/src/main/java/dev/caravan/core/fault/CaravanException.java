package dev.caravan.core.fault;

/** A failure with its code; the message names the value, what was expected and the way out. */
public class CaravanException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final FaultCode code;

    public CaravanException(FaultCode code, String message) {
        super(message);
        this.code = code;
    }

    public CaravanException(FaultCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public FaultCode code() {
        return code;
    }
}
