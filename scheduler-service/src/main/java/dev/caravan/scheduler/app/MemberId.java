package dev.caravan.scheduler.app;

/** One RPC server lent to one head; a group that is formed again gets new ones. */
public record MemberId(String value) {

    public MemberId {
        if (value.isBlank()) {
            throw new IllegalArgumentException(
                    "member id: \"" + value + "\" (expected: not blank)");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
