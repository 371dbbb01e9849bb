package dev.caravan.core.fault;

/**
 * An engine that speaks a public API itself has refused a request. Its status and its text are the
 * answer: they go to the client as they are, and nobody else is asked.
 */
public final class EngineRefusal extends CaravanException {

    private static final long serialVersionUID = 1L;

    private final int status;

    /**
     * @param status of the engine's answer, 400 to 599
     * @param text its own words
     */
    public EngineRefusal(int status, String text) {
        super(code(status), text);
        this.status = status;
    }

    private static FaultCode code(int status) {
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("status: " + status + " (expected: 400 to 599)");
        }
        if (status == 404) {
            return FaultCode.MODEL_NOT_FOUND;
        }
        return status < 500 ? FaultCode.INVALID_REQUEST : FaultCode.UPSTREAM_FAILED;
    }

    public int status() {
        return status;
    }
}
