package dev.caravan.platform;

/** A setting that the process cannot start with; the message says which, and the way out. */
public class ConfigurationFault extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ConfigurationFault(String message) {
        super(message);
    }

    public ConfigurationFault(String message, Throwable cause) {
        super(message, cause);
    }
}
