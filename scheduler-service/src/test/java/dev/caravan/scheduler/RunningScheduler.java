package dev.caravan.scheduler;

import dev.caravan.testkit.OwnEventLoops;
import dev.caravan.wire.AgentEvent;
import dev.caravan.wire.LoadAnswer;
import dev.caravan.wire.LoadMessage;
import dev.caravan.wire.Routes;
import dev.caravan.wire.UnloadMessage;
import dev.caravan.wire.WireJson;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The service on real ports, spoken to as its neighbours do. */
final class RunningScheduler implements AutoCloseable {

    static final String TOKEN = "0123456789abcdef";

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ConfigurableApplicationContext context;

    private RunningScheduler(ConfigurableApplicationContext context) {
        this.context = context;
    }

    static RunningScheduler start(String redis, Path folder, String... settings) {
        var arguments =
                new ArrayList<>(
                        List.of(
                                "--caravan.token=" + TOKEN,
                                "--caravan.redis=" + redis,
                                "--caravan.data-dir=" + folder,
                                "--eureka.client.enabled=false"));
        arguments.addAll(List.of(settings));
        return new RunningScheduler(
                new SpringApplicationBuilder(SchedulerService.class, OwnEventLoops.class)
                        .run(arguments.toArray(String[]::new)));
    }

    ConfigurableApplicationContext context() {
        return context;
    }

    private String port() {
        return String.valueOf(context.getEnvironment().getProperty("local.server.port"));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .header("Content-Type", "application/json");
    }

    HttpResponse<String> send(String path, String method, String... headers) throws Exception {
        var request = request(path).method(method, HttpRequest.BodyPublishers.ofString("{}"));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    CompletableFuture<HttpResponse<String>> post(String path, Object body) {
        return post(path, WireJson.mapper().writeValueAsString(body));
    }

    CompletableFuture<HttpResponse<String>> post(String path, String body) {
        return client.sendAsync(
                request(path)
                        .header("Authorization", "Bearer " + TOKEN)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) {
        return client.sendAsync(
                        request(path).header("Authorization", "Bearer " + TOKEN).GET().build(),
                        HttpResponse.BodyHandlers.ofString())
                .join();
    }

    HttpResponse<String> put(String path, Object body) {
        return client.sendAsync(
                        request(path)
                                .header("Authorization", "Bearer " + TOKEN)
                                .PUT(
                                        HttpRequest.BodyPublishers.ofString(
                                                WireJson.mapper().writeValueAsString(body)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .join();
    }

    CompletableFuture<HttpResponse<String>> askFor(FakeAgent agent, int context, long waitMillis) {
        return post(
                Routes.LOADS,
                new LoadMessage(
                        "request", agent.model(), agent.digest(), context, null, null, waitMillis));
    }

    CompletableFuture<LoadAnswer> load(FakeAgent agent, int context, long waitMillis) {
        return askFor(agent, context, waitMillis).thenApply(RunningScheduler::answer);
    }

    /** As a gateway asks that this replica failed. */
    CompletableFuture<LoadAnswer> loadBut(FakeAgent agent, String avoided, long waitMillis) {
        var message =
                new LoadMessage(
                        "request",
                        agent.model(),
                        agent.digest(),
                        4096,
                        null,
                        null,
                        waitMillis,
                        null,
                        List.of(avoided));
        return post(Routes.LOADS, message).thenApply(RunningScheduler::answer);
    }

    static LoadAnswer answer(HttpResponse<String> response) {
        if (response.statusCode() != 200) {
            throw new AssertionError(response.statusCode() + ": " + response.body());
        }
        return WireJson.mapper().readValue(response.body(), LoadAnswer.class);
    }

    void unload(FakeAgent agent) {
        expectNoContent(post(Routes.UNLOADS, new UnloadMessage("request", agent.digest())));
    }

    /** The agent tells an event, with its report as it is now. */
    void hears(FakeAgent agent, AgentEvent.Type type, String subject) {
        expectNoContent(post(Routes.EVENTS, agent.event(type, subject)));
    }

    private static void expectNoContent(CompletableFuture<HttpResponse<String>> response) {
        HttpResponse<String> answer = response.join();
        if (answer.statusCode() != 204) {
            throw new AssertionError(answer.statusCode() + ": " + answer.body());
        }
    }

    @Override
    public void close() {
        context.close();
        client.close();
    }
}
