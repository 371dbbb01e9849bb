package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every internal route of every service wants the cluster token; the services tell their routes.
 */
@OnSharedCluster
class InternalRoutesIT {

    private static final Pattern PATH =
            Pattern.compile("\"?(/(?:internal/v1|eureka)[^\\s\",)\\]}{&]*(?:\\{[^}]*})?)");

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @ParameterizedTest
    @ValueSource(strings = {"registry", "scheduler", "health", "agent-1", "gateway"})
    void answers401WithoutTheTokenAndWithAWrongOne(String service, LocalCluster cluster)
            throws Exception {
        LocalCluster.Process process = cluster.process(service);
        Set<String> paths = new TreeSet<>(Set.of("/internal/v1/anything"));
        Matcher found = PATH.matcher(mappings(process));
        while (found.find()) {
            paths.add(found.group(1).replaceAll("\\{[^/]*}", "x").replaceAll("\\*+", "x"));
        }
        if (service.equals("registry")) {
            paths.addAll(Set.of("/eureka/apps", "/eureka/apps/GATEWAY-SERVICE", "/", "/lastn"));
        }

        for (String path : paths) {
            for (String method : new String[] {"GET", "POST", "PUT", "DELETE"}) {
                assertThat(status(process, method, path, null))
                        .describedAs(method + " " + path)
                        .isEqualTo(401);
                assertThat(status(process, method, path, "Bearer " + "0".repeat(64)))
                        .describedAs(method + " " + path + " with a wrong token")
                        .isEqualTo(401);
            }
        }
        if (!service.equals("gateway")) {
            assertThat(paths.size()).describedAs("routes found: " + paths).isGreaterThan(2);
        }
    }

    private String mappings(LocalCluster.Process process) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + process.managementPort() + "/actuator/mappings");
        return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    }

    private int status(
            LocalCluster.Process process,
            String method,
            String path,
            @org.jspecify.annotations.Nullable String authorization)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + process.port() + path))
                        .method(method, BodyPublishers.noBody());
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return http.send(request.build(), BodyHandlers.discarding()).statusCode();
    }
}
