package dev.caravan.gateway.api;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RequestPredicate;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import reactor.core.publisher.Mono;

/**
 * Which methods a path has, read off the routes themselves. Asked only when a request found no
 * route, to tell a wrong method from a wrong path.
 */
public final class RouteTable {

    /** In which Ollama's router lists methods; its own routes have no others. */
    private static final List<HttpMethod> ORDER =
            List.of(HttpMethod.HEAD, HttpMethod.GET, HttpMethod.POST, HttpMethod.DELETE);

    /**
     * @param path a pattern
     */
    public record Route(HttpMethod method, String path) {}

    private record Entry(PathPattern path, HttpMethod method) {}

    private final List<Entry> entries = new ArrayList<>();

    /**
     * @param passedOn paths that gateway routes pass on to other services
     */
    public RouteTable(List<? extends RouterFunction<?>> routes, List<PassedOn> passedOn) {
        routes.forEach(route -> route.accept(new RouteVisitor()));
        passedOn.forEach(route -> route.methods().forEach(method -> add(method, route.path())));
    }

    /** Each route once, in their own order. */
    public List<Route> routes() {
        return entries.stream()
                .map(entry -> new Route(entry.method(), entry.path().getPatternString()))
                .distinct()
                .toList();
    }

    /** The methods of {@code path}, in the order of the routes; empty for an unknown path. */
    Set<HttpMethod> methods(String path) {
        PathContainer parsed = PathContainer.parsePath(path);
        Set<HttpMethod> methods = new LinkedHashSet<>();
        entries.stream()
                .filter(entry -> entry.path().matches(parsed))
                .forEach(entry -> methods.add(entry.method()));
        return methods;
    }

    /** The value of an Allow header; empty for an unknown path. */
    String allow(String path) {
        Set<HttpMethod> methods = methods(path);
        return Stream.concat(
                        ORDER.stream().filter(methods::contains),
                        methods.stream().filter(method -> !ORDER.contains(method)))
                .map(HttpMethod::name)
                .collect(Collectors.joining(", "));
    }

    /** Where a path has not the method of the request, a header says which it has. */
    void tellUnrouted(ServerWebExchange exchange) {
        ServerHttpRequest request = exchange.getRequest();
        String path = request.getPath().value();
        if (!methods(path).contains(request.getMethod())) {
            String allow = allow(path);
            if (!allow.isEmpty()) {
                exchange.getResponse().getHeaders().set(HttpHeaders.ALLOW, allow);
            }
        }
    }

    private void add(HttpMethod method, String path) {
        entries.add(new Entry(PathPatternParser.defaultInstance.parse(path), method));
    }

    private final class RouteVisitor implements RouterFunctions.Visitor {
        @Override
        public void route(RequestPredicate predicate, HandlerFunction<?> handler) {
            PredicateVisitor found = new PredicateVisitor();
            predicate.accept(found);
            found.methods.forEach(method -> found.paths.forEach(path -> add(method, path)));
        }

        @Override
        public void startNested(RequestPredicate predicate) {
            throw new IllegalStateException(
                    "nested routes: " + predicate + " (expected: routes with their whole path)");
        }

        @Override
        public void endNested(RequestPredicate predicate) {}

        @Override
        public void resources(Function<ServerRequest, Mono<Resource>> lookup) {}

        @Override
        public void attributes(Map<String, Object> attributes) {}

        @Override
        public void unknown(RouterFunction<?> route) {}
    }

    /** Collects what a route's "method and path" says. */
    private static final class PredicateVisitor implements RequestPredicates.Visitor {
        private final Deque<HttpMethod> methods = new ArrayDeque<>();
        private final Deque<String> paths = new ArrayDeque<>();

        @Override
        public void method(Set<HttpMethod> found) {
            methods.addAll(found);
        }

        @Override
        public void path(String pattern) {
            paths.add(pattern);
        }

        @Override
        public void header(String name, String value) {}

        @Override
        public void queryParam(String name, String value) {}

        @Override
        public void version(String version) {}

        @Override
        @SuppressWarnings("removal")
        public void pathExtension(String extension) {}

        @Override
        public void startAnd() {}

        @Override
        public void and() {}

        @Override
        public void endAnd() {}

        @Override
        public void startOr() {}

        @Override
        public void or() {}

        @Override
        public void endOr() {}

        @Override
        public void startNegate() {}

        @Override
        public void endNegate() {}

        @Override
        public void unknown(RequestPredicate predicate) {}
    }
}
