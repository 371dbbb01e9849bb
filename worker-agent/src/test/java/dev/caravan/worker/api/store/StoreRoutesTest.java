package dev.caravan.worker.api.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelRef;
import dev.caravan.wire.CreateMessage;
import dev.caravan.wire.PolicyMessage;
import dev.caravan.wire.ProgressLine;
import dev.caravan.wire.Refusal;
import dev.caravan.wire.Routes;
import dev.caravan.wire.ShowMessage;
import dev.caravan.wire.ShowQuery;
import dev.caravan.wire.WireJson;
import dev.caravan.worker.adapter.store.FolderModelStore;
import dev.caravan.worker.adapter.store.StoreFiles;
import dev.caravan.worker.app.store.BlobDigest;
import dev.caravan.worker.app.store.ModelPolicy;
import dev.caravan.worker.app.store.ModelRecipe;
import dev.caravan.worker.mapping.PolicyMessages;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.reactive.function.server.RouterFunctions;
import reactor.core.publisher.Flux;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import tools.jackson.databind.node.StringNode;

/** The routes over real HTTP on a real folder. */
class StoreRoutesTest {

    private static final byte[] GGUF = StoreFiles.gguf(7);
    private static final String DIGEST = "sha256:" + StoreFiles.sha256(GGUF);

    @TempDir Path root;
    private FolderModelStore store;
    private DisposableServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeEach
    void start() {
        store = new FolderModelStore(root, Duration.ofHours(1));
        store.start();
        var routes =
                new StoreRoutes(
                        store.blobs(),
                        store,
                        store.maker((_, _, _) -> Flux.empty()),
                        store.viewer(),
                        store.policies());
        server =
                HttpServer.create()
                        .host("127.0.0.1")
                        .port(0)
                        .handle(
                                new ReactorHttpHandlerAdapter(
                                        RouterFunctions.toHttpHandler(routes.routes())))
                        .bindNow();
    }

    @AfterEach
    void stop() {
        server.disposeNow();
        store.close();
    }

    @Test
    void takesABlobAndKnowsItFromThenOn() {
        assertThat(head(DIGEST)).isEqualTo(404);

        assertThat(post(blob(DIGEST), GGUF).statusCode()).isEqualTo(201);

        assertThat(head(DIGEST)).isEqualTo(200);
        assertThat(post(blob(DIGEST), GGUF).statusCode()).isEqualTo(200);
        assertThat(root.resolve("blobs/" + DIGEST.replace(':', '-'))).hasBinaryContent(GGUF);
    }

    @Test
    void refusesABlobOfAnotherDigestAndKeepsNothing() throws IOException {
        HttpResponse<String> answer = post(blob(DIGEST), "other".getBytes(UTF_8));

        assertThat(answer.statusCode()).isEqualTo(400);
        Refusal refusal = WireJson.mapper().readValue(answer.body(), Refusal.class);
        assertThat(refusal.code()).isEqualTo("INVALID_REQUEST");
        assertThat(refusal.error())
                .isEqualTo(
                        "digest mismatch, expected \"%s\", got \"sha256:%s\""
                                .formatted(DIGEST, StoreFiles.sha256("other".getBytes(UTF_8))));
        assertThat(blobs()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"sha256:abc", "md5:00000000000000000000000000000000", "x"})
    void refusesATextThatIsNoDigest(String digest) {
        HttpResponse<String> answer = post(blob(digest), GGUF);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains(digest).contains("expected: sha256:<64 hex digits>");
    }

    @Test
    void keepsNothingOfAnUploadThatIsBrokenOff() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            OutputStream out = socket.getOutputStream();
            out.write(
                    "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nsome bytes"
                            .formatted(blob(DIGEST))
                            .getBytes(UTF_8));
            out.flush();
            await().until(() -> blobs().size() == 1);
        }

        await().untilAsserted(() -> assertThat(blobs()).isEmpty());
    }

    @Test
    void takesTheSameBlobFromManyClientsAtOnce() throws IOException {
        List<CompletableFuture<HttpResponse<String>>> uploads = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            uploads.add(client.sendAsync(request(blob(DIGEST), GGUF), BodyHandlers.ofString()));
        }

        List<Integer> statuses =
                uploads.stream().map(upload -> upload.join().statusCode()).toList();

        assertThat(statuses).contains(201).allMatch(status -> status == 200 || status == 201);
        assertThat(blobs()).containsExactly(DIGEST.replace(':', '-'));
    }

    @Test
    void createsAModelAndShowsIt() {
        post(blob(DIGEST), GGUF);

        List<ProgressLine> lines =
                create(new CreateMessage("m", Map.of("m.gguf", DIGEST), "exact"));

        assertThat(lines)
                .extracting(ProgressLine::status)
                .containsExactly(
                        "parsing GGUF",
                        "using existing layer " + DIGEST,
                        "writing manifest",
                        "success");
        ShowMessage shown = show("M");
        assertThat(shown.model().name()).isEqualTo("m:latest");
        assertThat(shown.model().policy().continuation()).isEqualTo("exact");
        assertThat(shown.model().facts()).isNotNull();
        assertThat(shown.blobPath()).endsWith(DIGEST.replace(':', '-'));
        assertThat(shown.chatTemplate()).isNotEmpty();
        assertThat(shown.modelInfo())
                .containsEntry("general.architecture", StringNode.valueOf("llama"));
        assertThat(shown.tensors()).isNotEmpty();
    }

    @Test
    void endsACreateOfABadFileWithItsFault() {
        byte[] zip = "PK zip".getBytes(UTF_8);
        String digest = "sha256:" + StoreFiles.sha256(zip);
        post(blob(digest), zip);

        List<ProgressLine> lines =
                create(new CreateMessage("m", Map.of("m.gguf", digest), "fluent"));

        assertThat(lines).hasSize(1);
        assertThat(lines.getFirst().code()).isEqualTo("INVALID_REQUEST");
        assertThat(lines.getFirst().error()).startsWith("supplied file was not in GGUF format");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"name\":\"a//b\",\"files\":{\"f\":\"x\"},\"continuation\":\"fluent\"}|invalid"
                        + " model name",
                "{\"name\":\"m\",\"files\":{},\"continuation\":\"fluent\"}|neither"
                        + " 'from' or 'files' was specified",
                "{\"name\":\"m\",\"files\":{\"f\":\"x\"},\"continuation\":\"fluent\"}|invalid"
                        + " digest format",
                "{\"name\":\"m\"|request body: ",
                "''|request body: absent (expected: JSON)"
            })
    void refusesACreateThatSaysNoModel(String body, String error) {
        HttpResponse<String> answer = post(Routes.CREATE, body.getBytes(UTF_8));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(WireJson.mapper().readValue(answer.body(), Refusal.class).error())
                .startsWith(error);
    }

    @Test
    void saysWhichModelItCannotShow() {
        HttpResponse<String> answer =
                post(Routes.SHOW, WireJson.mapper().writeValueAsBytes(new ShowQuery("who", false)));

        assertThat(answer.statusCode()).isEqualTo(404);
        Refusal refusal = WireJson.mapper().readValue(answer.body(), Refusal.class);
        assertThat(refusal.code()).isEqualTo("MODEL_NOT_FOUND");
        assertThat(refusal.error()).isEqualTo("model 'who:latest' not found");
    }

    private List<ProgressLine> create(CreateMessage message) {
        HttpResponse<String> answer =
                post(Routes.CREATE, WireJson.mapper().writeValueAsBytes(message));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/x-ndjson");
        assertThat(answer.body()).endsWith("\n");
        return answer.body()
                .lines()
                .map(line -> WireJson.mapper().readValue(line, ProgressLine.class))
                .toList();
    }

    private ShowMessage show(String name) {
        HttpResponse<String> answer =
                post(Routes.SHOW, WireJson.mapper().writeValueAsBytes(new ShowQuery(name, false)));
        assertThat(answer.statusCode()).isEqualTo(200);
        return WireJson.mapper().readValue(answer.body(), ShowMessage.class);
    }

    private static String blob(String digest) {
        return Routes.BLOB.replace("{digest}", digest);
    }

    private int head(String digest) {
        HttpRequest request =
                HttpRequest.newBuilder(uri(blob(digest)))
                        .method("HEAD", BodyPublishers.noBody())
                        .build();
        return client.sendAsync(request, BodyHandlers.discarding()).join().statusCode();
    }

    private HttpResponse<String> post(String path, byte[] body) {
        return client.sendAsync(request(path, body), BodyHandlers.ofString()).join();
    }

    private HttpRequest request(String path, byte[] body) {
        return HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofByteArray(body)).build();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }

    private List<String> blobs() throws IOException {
        try (Stream<Path> files = Files.list(root.resolve("blobs"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private int putPolicy(String model, String policy) throws Exception {
        return putPolicyAnswer(model, policy).statusCode();
    }

    private HttpResponse<String> putPolicyAnswer(String model, String policy) throws Exception {
        return client.send(
                HttpRequest.newBuilder(
                                URI.create(
                                        "http://127.0.0.1:" + server.port() + Routes.MODEL_POLICY))
                        .PUT(
                                HttpRequest.BodyPublishers.ofString(
                                        "{\"model\":\"%s\",\"policy\":%s}"
                                                .formatted(model, policy)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void keepsTheNewestPolicyWholeBesideItsModel() throws Exception {
        post(blob(DIGEST), GGUF);
        store.maker((_, _, _) -> Flux.empty())
                .make(
                        ModelRecipe.ofFile(
                                ModelRef.parse("tiny").orElseThrow(),
                                "tiny.gguf",
                                BlobDigest.parse(DIGEST).orElseThrow(),
                                Continuation.FLUENT))
                .blockLast();
        String whole =
                """
                {"epoch":7,"number":3,"continuation":"exact","ranges":[{"host":"a","first":0,"last":1},
                {"host":"b","first":2,"last":3}],"minimumHosts":2,"contextLength":8192,"engineOptions":["-ub","3"]}\
                """;

        assertThat(putPolicy("tiny", whole)).isEqualTo(204);
        assertThat(putPolicy("TINY:latest", whole)).isEqualTo(204);
        assertThat(putPolicy("tiny", "{\"epoch\":7,\"number\":2,\"continuation\":\"fluent\"}"))
                .isEqualTo(409);
        assertThat(putPolicy("tiny", "{\"epoch\":7,\"number\":3,\"continuation\":\"fluent\"}"))
                .isEqualTo(409);
        assertThat(putPolicy("other", whole)).isEqualTo(404);

        try (FolderModelStore restarted = new FolderModelStore(root, Duration.ofHours(1))) {
            restarted.start();
            assertThat(PolicyMessages.of(restarted.list().getFirst().policy()))
                    .isEqualTo(WireJson.mapper().readValue(whole, PolicyMessage.class));
        }
        assertThat(putPolicy("tiny", "{\"epoch\":8,\"number\":1,\"continuation\":\"fluent\"}"))
                .isEqualTo(204);
        assertThat(store.list().getFirst().policy())
                .isEqualTo(new ModelPolicy(new Version(8, 1), Continuation.FLUENT));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    "ranges":[{"host":"a","first":1,"last":3}]   | a=1-3 (expected: 0-0 or more
                    "ranges":[{"host":"a","first":0,"last":1},{"host":"b","first":3,"last":4}] | b=3-4 (expected: 2-2
                    "minimumHosts":0                              | minimumHosts: 0 (expected: >= 1)
                    "contextLength":-1                            | contextLength: -1 (expected: >= 1)
                    "engineOptions":["--log-file","x"]            | --log-file
                    "engineOptions":["-ctv","q8_0"]               | -ctv q8_0 (expected: f32
                    """)
    void refusesAPolicyThatNoEngineCouldFollow(String setting, String named) throws Exception {
        HttpResponse<String> answer =
                putPolicyAnswer(
                        "tiny",
                        "{\"epoch\":1,\"number\":1,\"continuation\":\"exact\"," + setting + "}");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains(named);
    }
}
