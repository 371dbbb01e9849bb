package dev.caravan.platform;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Prints a {@link ConfigurationFault} as its message instead of a stack trace. */
final class ConfigurationFaultAnalyzer extends AbstractFailureAnalyzer<ConfigurationFault> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ConfigurationFault cause) {
        return new FailureAnalysis(String.valueOf(cause.getMessage()), null, cause);
    }
}
