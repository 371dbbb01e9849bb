package dev.caravan.health.app;

import dev.caravan.core.cluster.AgentId;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Second addresses under the ids of members that answer. Not safe for use by several threads. */
final class Claims {

    private static final Logger LOG = LoggerFactory.getLogger(Claims.class);

    /** How long a second claim to an id is shown after it was last made. */
    private static final Duration SHOWN = Duration.ofSeconds(5);

    private record Claim(URI address, Instant at) {}

    private final Map<AgentId, Claim> claims = new HashMap<>();

    /** A claim that comes once may be of an agent that just moved; one that comes again is not. */
    void add(Member<?> known, URI address, Instant now) {
        Claim before = claims.put(known.agent(), new Claim(address, now));
        if (before != null && !known.reason().contains(address.toString())) {
            LOG.atWarn()
                    .addKeyValue("agent", known.agent())
                    .addKeyValue("address", known.address())
                    .addKeyValue("refused", address)
                    .log("two agents have one id; the second is refused");
        }
    }

    void forget(Instant now) {
        claims.values().removeIf(claim -> claim.at().plus(SHOWN).isBefore(now));
    }

    /** The address that claims that member's id. */
    Optional<URI> of(AgentId agent) {
        return Optional.ofNullable(claims.get(agent)).map(Claim::address);
    }

    /** All addresses that claim an id. */
    List<URI> addresses() {
        return claims.values().stream().map(Claim::address).toList();
    }
}
