package dev.caravan.gateway.api;

import dev.caravan.wire.Routes;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Gives each request an id: the client's where it is valid, else one that sorts by time. It stands
 * in the request's header for whoever reads it, and in the answer's.
 */
public final class RequestIds implements WebFilter, Ordered {

    static final int ORDER = Ordered.HIGHEST_PRECEDENCE;

    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    private final InstantSource clock;

    public RequestIds(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public int getOrder() {
        return ORDER;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        String sent = exchange.getRequest().getHeaders().getFirst(Routes.REQUEST_ID_HEADER);
        String id = sent != null && VALID.matcher(sent).matches() ? sent : generate();
        exchange.getResponse().getHeaders().set(Routes.REQUEST_ID_HEADER, id);
        if (id.equals(sent)) {
            return chain.filter(exchange);
        }
        return chain.filter(
                exchange.mutate()
                        .request(request -> request.header(Routes.REQUEST_ID_HEADER, id))
                        .build());
    }

    /** The id of a request that has passed the filter. */
    static String of(ServerWebExchange exchange) {
        return Objects.requireNonNull(
                exchange.getRequest().getHeaders().getFirst(Routes.REQUEST_ID_HEADER),
                "request id");
    }

    /** As UUIDv7: 48 bits of milliseconds, then chance. */
    private String generate() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long high = clock.millis() << 16 | 0x7000 | random.nextInt(0x1000);
        long low = random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L;
        String hex = HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
        return String.join(
                "-",
                hex.substring(0, 8),
                hex.substring(8, 12),
                hex.substring(12, 16),
                hex.substring(16, 20),
                hex.substring(20));
    }
}
