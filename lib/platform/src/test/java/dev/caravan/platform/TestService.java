package dev.caravan.platform;

import dev.caravan.testkit.OwnEventLoops;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A service made of nothing but the platform, with its ports read from the ready file. */
final class TestService implements AutoCloseable {

    static final String TOKEN = "0123456789abcdef";

    private final ConfigurableApplicationContext context;
    private final Path readyFile;

    private TestService(ConfigurableApplicationContext context, Path readyFile) {
        this.context = context;
        this.readyFile = readyFile;
    }

    static TestService start(WebApplicationType type, Path folder, String... settings) {
        Path readyFile = folder.resolve("ready.json");
        var arguments =
                new ArrayList<>(
                        List.of(
                                "--caravan.token=" + TOKEN,
                                "--caravan.ready-file=" + readyFile,
                                "--spring.autoconfigure.exclude=" + serversOfTheOtherKind(type)));
        arguments.addAll(List.of(settings));
        if (!String.join(" ", settings).contains("--eureka.client.enabled=")) {
            arguments.add("--eureka.client.enabled=false");
        }
        return new TestService(run(type, arguments.toArray(String[]::new)), readyFile);
    }

    /** A service has one of the two servers on its class path; these tests have both. */
    private static String serversOfTheOtherKind(WebApplicationType type) {
        return type == WebApplicationType.REACTIVE
                ? "org.springframework.boot.tomcat.autoconfigure.reactive.TomcatReactiveWebServerAutoConfiguration,"
                        + "org.springframework.boot.tomcat.autoconfigure.actuate.web.server.TomcatReactiveManagementContextAutoConfiguration"
                : "";
    }

    private static ConfigurableApplicationContext run(
            WebApplicationType type, String... arguments) {
        return new SpringApplicationBuilder(Application.class, OwnEventLoops.class)
                .web(type)
                .run(arguments);
    }

    ConfigurableApplicationContext context() {
        return context;
    }

    JsonNode ready() {
        return JsonMapper.shared().readTree(readyFile.toFile());
    }

    HttpResponse<String> get(String path, String... headers) throws Exception {
        return get(ready().get("port").asInt(), path, headers);
    }

    HttpResponse<String> getManagement(String path) throws Exception {
        return get(ready().get("managementPort").asInt(), path);
    }

    private static HttpResponse<String> get(int port, String path, String... headers)
            throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    @Override
    public void close() {
        context.close();
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Routes routes() {
            return new Routes();
        }
    }

    @RestController
    static class Routes {

        @GetMapping("/internal/v1/thing")
        String internal() {
            return "internal";
        }

        @GetMapping("/api/thing")
        String external() {
            return "external";
        }
    }
}
