package dev.caravan.worker.adapter.oci;

import java.util.Optional;

/** A 401, with what the registry asks for. */
final class Unauthorized extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Optional<Challenge> challenge;

    Unauthorized(Optional<Challenge> challenge) {
        super("401");
        this.challenge = challenge;
    }

    Optional<Challenge> challenge() {
        return challenge;
    }
}
