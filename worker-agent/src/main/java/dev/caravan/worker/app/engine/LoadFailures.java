package dev.caravan.worker.app.engine;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;

/** Failures of a load that no other try on this agent would cure. */
final class LoadFailures {

    private LoadFailures() {}

    static CaravanException of(String format, Object... values) {
        return new CaravanException(FaultCode.LOAD_FAILED, format.formatted(values));
    }
}
