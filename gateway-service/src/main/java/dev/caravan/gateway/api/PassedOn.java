package dev.caravan.gateway.api;

import java.util.List;
import org.springframework.http.HttpMethod;

/**
 * A path that a gateway route passes on to another service.
 *
 * @param path a pattern
 */
public record PassedOn(String path, List<HttpMethod> methods) {

    public PassedOn {
        methods = List.copyOf(methods);
    }

    public static PassedOn get(String path) {
        return new PassedOn(path, List.of(HttpMethod.GET));
    }
}
