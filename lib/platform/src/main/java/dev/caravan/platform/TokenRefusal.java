package dev.caravan.platform;

import dev.caravan.wire.Refusal;
import dev.caravan.wire.WireJson;
import org.jspecify.annotations.Nullable;

/** The answer, status 401, to a call without the token. */
final class TokenRefusal {

    static final String CHALLENGE = "Bearer realm=\"caravan\"";

    private TokenRefusal() {}

    static byte[] body(@Nullable String header) {
        String seen = header == null ? "missing" : "wrong";
        return WireJson.mapper()
                .writeValueAsBytes(
                        Refusal.of(
                                "FORBIDDEN",
                                "authorization: "
                                        + seen
                                        + " (expected: Bearer and the cluster's token; is CARAVAN_TOKEN_FILE the same for all services?)"));
    }
}
