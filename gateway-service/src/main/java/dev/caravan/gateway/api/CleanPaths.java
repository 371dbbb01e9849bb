package dev.caravan.gateway.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.util.HtmlUtils;
import reactor.core.publisher.Mono;

/**
 * Sends a path with doubled slashes or dot segments to its clean form before anything else is
 * decided, as the HTTP server below Ollama's router does. A trailing slash is the router's business
 * and stays.
 */
public final class CleanPaths implements WebFilter, Ordered {

    static final int ORDER = RequestIds.ORDER + 1;

    /** Their redirects have a page for people. */
    private static final Set<HttpMethod> READS = Set.of(HttpMethod.GET, HttpMethod.HEAD);

    @Override
    public int getOrder() {
        return ORDER;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        String path = exchange.getRequest().getPath().value();
        String clean = clean(path);
        return clean.equals(path)
                ? chain.filter(exchange)
                : redirect(exchange, HttpStatus.TEMPORARY_REDIRECT, clean);
    }

    /** To another path of this server, with the query of the request. */
    static Mono<Void> redirect(ServerWebExchange exchange, HttpStatus status, String path) {
        ServerHttpRequest request = exchange.getRequest();
        String query = request.getURI().getRawQuery();
        ServerHttpResponse response = exchange.getResponse();
        response.setStatusCode(status);
        String target = query == null ? path : path + "?" + query;
        response.getHeaders().setLocation(URI.create(target));
        if (!READS.contains(request.getMethod())) {
            response.getHeaders().setContentLength(0);
            return response.setComplete();
        }
        byte[] link =
                "<a href=\"%s\">%s</a>.\n\n"
                        .formatted(HtmlUtils.htmlEscape(target), status.getReasonPhrase())
                        .getBytes(UTF_8);
        response.getHeaders().set(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8");
        response.getHeaders().setContentLength(link.length);
        return response.writeWith(Mono.just(response.bufferFactory().wrap(link)));
    }

    static String clean(String path) {
        if (!path.startsWith("/") || !path.contains("//") && !path.contains("/.")) {
            return path;
        }
        Deque<String> segments = new ArrayDeque<>();
        for (String segment : path.split("/", -1)) {
            switch (segment) {
                case "", "." -> {}
                case ".." -> segments.pollLast();
                default -> segments.addLast(segment);
            }
        }
        boolean folder = path.endsWith("/") && !segments.isEmpty();
        return "/" + String.join("/", segments) + (folder ? "/" : "");
    }
}
