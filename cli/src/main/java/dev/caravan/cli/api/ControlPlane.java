package dev.caravan.cli.api;

import dev.caravan.cli.CliException;
import dev.caravan.wire.NodesMessage;
import dev.caravan.wire.Routes;
import dev.caravan.wire.WireJson;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The control plane of a cluster, with its token and from its registry on. */
public final class ControlPlane implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(5);

    private final URI registry;
    private final String token;
    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT)
                    .build();

    public ControlPlane(URI registry, String token) {
        this.registry = registry;
        this.token = token;
    }

    /**
     * Asks the registry whether it is one and takes the token.
     *
     * @throws CliException that names the address and tells these cases apart: nothing there, the
     *     wrong token, something else there
     */
    public void check() {
        apps();
    }

    /**
     * All agents, as the first health service that answers sees them.
     *
     * @throws CliException where none does
     */
    public NodesMessage nodes() {
        List<String> services = instances("HEALTH-SERVICE");
        if (services.isEmpty()) {
            throw new CliException(
                    registry
                            + ": no health service is registered there yet (expected: one; see ./caravan status on that machine)");
        }
        CliException last = null;
        for (String service : services) {
            try {
                return WireJson.mapper()
                        .readValue(
                                get(URI.create(service).resolve(Routes.NODES)), NodesMessage.class);
            } catch (CliException away) {
                last = away;
            } catch (JacksonException unreadable) {
                last = new CliException(service + ": not an answer of a health service");
            }
        }
        throw last == null ? new CliException(registry + ": no health service") : last;
    }

    /** The id of the agent that listens at {@code agent}. */
    public String agentId(String agent) {
        String report = get(URI.create(agent).resolve(Routes.REPORT));
        return WireJson.mapper().readTree(report).path("agentId").asString("");
    }

    /** URL of a gateway of the cluster, where one is registered. */
    public Optional<String> gateway() {
        return instances("GATEWAY-SERVICE").stream().findFirst();
    }

    private List<String> instances(String service) {
        return apps().path("applications")
                .path("application")
                .valueStream()
                .filter(app -> app.path("name").asString("").equals(service))
                .flatMap(app -> app.path("instance").valueStream())
                .filter(instance -> instance.path("status").asString("").equals("UP"))
                .map(
                        instance ->
                                "http://%s:%d"
                                        .formatted(
                                                instance.path("ipAddr").asString(""),
                                                instance.path("port").path("$").asInt(0)))
                .toList();
    }

    private JsonNode apps() {
        String text = get(registry.resolve("/eureka/apps"));
        try {
            JsonNode apps = WireJson.mapper().readTree(text);
            if (apps.path("applications").isObject()) {
                return apps;
            }
        } catch (JacksonException otherKind) {
            throw noRegistry("an answer that is no JSON");
        }
        throw noRegistry("another answer than a registry's");
    }

    private CliException noRegistry(String found) {
        return new CliException(
                "%s: %s (expected: the registry of a Caravan cluster; its port is 8761 unless up was given another)"
                        .formatted(registry, found));
    }

    private String get(URI uri) {
        HttpRequest request =
                HttpRequest.newBuilder(uri)
                        .timeout(ANSWER)
                        .header("Accept", "application/json")
                        .header("Authorization", "Bearer " + token)
                        .build();
        try {
            HttpResponse<String> answer =
                    client.send(request, HttpResponse.BodyHandlers.ofString());
            return switch (answer.statusCode()) {
                case 200 -> answer.body();
                case 401 ->
                        throw new CliException(
                                "%s: the token is not accepted there (expected: the token of that cluster, which ./caravan up wrote to .caravan/token on its machine)"
                                        .formatted(base(uri)));
                default -> throw noRegistry("status " + answer.statusCode());
            };
        } catch (IOException failure) {
            throw new CliException(
                    "%s: %s (expected: a Caravan cluster that was started with ./caravan up --bind IP and can be reached there)"
                            .formatted(base(uri), words(failure)),
                    failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted while asking " + base(uri));
        }
    }

    private static URI base(URI uri) {
        return uri.resolve("/");
    }

    /** Refused, timed out and unknown are told apart: each has another cure. */
    private static String words(IOException failure) {
        if (failure instanceof HttpConnectTimeoutException) {
            return "no connection within %d s (a firewall, or not this network?)"
                    .formatted(CONNECT.toSeconds());
        }
        if (failure instanceof HttpTimeoutException) {
            return "no answer within %d s".formatted(ANSWER.toSeconds());
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return "no address is known for this host";
            }
        }
        String message = failure.getMessage();
        if (failure instanceof ConnectException && message == null) {
            return "connection refused";
        }
        return message == null ? failure.getClass().getSimpleName() : message;
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}
