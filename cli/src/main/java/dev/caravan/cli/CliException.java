package dev.caravan.cli;

/** A failure that the user is told in the words of its message, without a stack trace. */
public final class CliException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Something did not work. */
    public static final int FAILED = 1;

    /** The command line asks for something that cannot be. */
    public static final int USAGE = 2;

    /** There is no cluster. */
    public static final int NOT_UP = 3;

    private final int exitCode;
    private final boolean temporary;

    public CliException(String message) {
        this(FAILED, message);
    }

    public CliException(String message, Throwable cause) {
        super(message, cause);
        this.exitCode = FAILED;
        this.temporary = false;
    }

    private CliException(int exitCode, String message) {
        this(exitCode, message, false);
    }

    private CliException(int exitCode, String message, boolean temporary) {
        super(message);
        this.exitCode = exitCode;
        this.temporary = temporary;
    }

    /** A failure whose own words are good enough for the user. */
    public static CliException of(Throwable cause) {
        return new CliException(words(cause), cause);
    }

    /** A refusal of a value whose own words are good enough for the user. */
    public static CliException usage(IllegalArgumentException cause) {
        return new CliException(USAGE, words(cause));
    }

    public static CliException usage(String message) {
        return new CliException(USAGE, message);
    }

    /** A refusal of something that may be granted soon. */
    public static CliException temporary(String message) {
        return new CliException(FAILED, message, true);
    }

    public static CliException notUp(String message) {
        return new CliException(NOT_UP, message);
    }

    public int exitCode() {
        return exitCode;
    }

    /** Whether asking again may help. */
    public boolean isTemporary() {
        return temporary;
    }

    /** What a failure says, or at least what it is. */
    static String words(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank()
                ? failure.getClass().getSimpleName() + "; -v says where"
                : message;
    }
}
