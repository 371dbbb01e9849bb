package dev.caravan.gateway.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.gateway.dialect.ollama.OllamaErrors;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.NotFoundException;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;

/**
 * Answers what no handler answered, as Ollama's router does: an unknown path, a wrong method, a
 * slash too many; and failures before the first byte in Ollama's form.
 */
public final class UnansweredRequests implements WebExceptionHandler, Ordered {

    private static final Logger log = LoggerFactory.getLogger(UnansweredRequests.class);

    /** Before Boot's own handler, which is at -1. */
    private static final int BEFORE_THE_DEFAULT = -2;

    private final RouteTable routes;

    public UnansweredRequests(RouteTable routes) {
        this.routes = routes;
    }

    @Override
    public int getOrder() {
        return BEFORE_THE_DEFAULT;
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
        if (exchange.getResponse().isCommitted()) {
            return Mono.error(failure);
        }
        if (passedOnTo(exchange).isPresent() && isAway(failure)) {
            return write(exchange, serviceAway(exchange));
        }
        return switch (failure) {
            case CaravanException fault -> write(exchange, fault);
            case ResponseStatusException answer
                    when answer.getStatusCode().equals(HttpStatus.NOT_FOUND) ->
                    noRoute(exchange);
            case ResponseStatusException answer ->
                    json(
                            exchange,
                            answer.getStatusCode().value(),
                            String.valueOf(answer.getReason()));
            default -> defect(exchange, failure);
        };
    }

    private static boolean isAway(Throwable failure) {
        return failure instanceof NotFoundException
                || failure instanceof IOException
                || failure instanceof TimeoutException;
    }

    /** The service that a gateway route would have passed the request on to. */
    private static Optional<String> passedOnTo(ServerWebExchange exchange) {
        return exchange.getAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR)
                        instanceof Route route
                ? Optional.ofNullable(route.getUri().getHost())
                : Optional.empty();
    }

    private static CaravanException serviceAway(ServerWebExchange exchange) {
        return new CaravanException(
                FaultCode.NO_CAPACITY,
                passedOnTo(exchange).orElse("the service") + " does not answer; try again");
    }

    private Mono<Void> noRoute(ServerWebExchange exchange) {
        ServerHttpRequest request = exchange.getRequest();
        String path = request.getPath().value();
        String allow = routes.allow(path);
        if (!allow.isEmpty()) {
            exchange.getResponse().getHeaders().set(HttpHeaders.ALLOW, allow);
            return text(exchange, HttpStatus.METHOD_NOT_ALLOWED, "405 method not allowed");
        }
        String without = path.length() > 1 ? path.replaceFirst("/$", "") : path;
        if (!without.equals(path) && routes.methods(without).contains(request.getMethod())) {
            // gone for good for a GET; all else has to keep its method
            boolean permanent = request.getMethod().equals(HttpMethod.GET);
            return CleanPaths.redirect(
                    exchange,
                    permanent ? HttpStatus.MOVED_PERMANENTLY : HttpStatus.TEMPORARY_REDIRECT,
                    without);
        }
        return text(exchange, HttpStatus.NOT_FOUND, "404 page not found");
    }

    private static Mono<Void> defect(ServerWebExchange exchange, Throwable failure) {
        log.atError()
                .addKeyValue("path", exchange.getRequest().getPath())
                .setCause(failure)
                .log("request failed");
        return json(
                exchange,
                OllamaErrors.status(FaultCode.INTERNAL),
                "internal error; see the gateway's log");
    }

    private static Mono<Void> write(ServerWebExchange exchange, CaravanException fault) {
        return json(
                exchange, OllamaErrors.status(fault.code()), String.valueOf(fault.getMessage()));
    }

    private static Mono<Void> json(ServerWebExchange exchange, int status, String error) {
        if (status == HttpStatus.SERVICE_UNAVAILABLE.value()) {
            exchange.getResponse()
                    .getHeaders()
                    .set(
                            HttpHeaders.RETRY_AFTER,
                            Integer.toString(OllamaErrors.RETRY_AFTER_SECONDS));
        }
        return write(
                exchange, HttpStatusCode.valueOf(status), Whole.JSON, OllamaErrors.body(error));
    }

    private static Mono<Void> text(ServerWebExchange exchange, HttpStatus status, String text) {
        return write(exchange, status, "text/plain", text.getBytes(UTF_8));
    }

    private static Mono<Void> write(
            ServerWebExchange exchange, HttpStatusCode status, String type, byte[] body) {
        ServerHttpResponse response = exchange.getResponse();
        response.setStatusCode(status);
        response.getHeaders().set(HttpHeaders.CONTENT_TYPE, type);
        response.getHeaders().setContentLength(body.length);
        return response.writeWith(Mono.just(response.bufferFactory().wrap(body)));
    }
}
