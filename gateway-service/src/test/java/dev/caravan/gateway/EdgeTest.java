package dev.caravan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.testkit.LocalRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each request meets before its route: paths, origins, hosts; with the default binding. */
class EdgeTest {

    @RegisterExtension static final LocalRedis REDIS = LocalRedis.own();

    @TempDir static Path folder;

    private static TestGateway gateway;

    @BeforeAll
    static void startGateway() {
        gateway =
                new TestGateway(
                        REDIS.url(),
                        folder,
                        Map.of("caravan.gateway.origins", "https://chat.example"));
    }

    @AfterAll
    static void stopGateway() {
        gateway.close();
    }

    @Test
    void anAllowedOriginIsToldSoAndNoOther() throws Exception {
        RawHttp.Answer allowed = ask("GET", "/api/version", "Origin: https://chat.example");
        RawHttp.Answer own = ask("GET", "/api/version", "Origin: http://localhost:3000");
        RawHttp.Answer none = ask("GET", "/api/version");
        RawHttp.Answer same =
                ask("GET", "/api/version", "Origin: http://127.0.0.1:" + gateway.port());

        assertThat(allowed.status()).isEqualTo(200);
        assertThat(allowed.header("Access-Control-Allow-Origin"))
                .containsExactly("https://chat.example");
        assertThat(allowed.header("Vary")).containsExactly("Origin");
        assertThat(allowed.header("Access-Control-Allow-Credentials")).isEmpty();
        assertThat(own.header("Access-Control-Allow-Origin"))
                .containsExactly("http://localhost:3000");
        for (RawHttp.Answer plain : List.of(none, same)) {
            assertThat(plain.status()).isEqualTo(200);
            assertThat(plain.header("Access-Control-Allow-Origin")).isEmpty();
            assertThat(plain.header("Vary")).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/version",
        "POST, /api/chat",
        "OPTIONS, /api/chat",
        "GET, /nowhere",
        "DELETE, /api/tags"
    })
    void anotherOriginIsRefusedWithoutABodyWhateverItAsks(String method, String path)
            throws Exception {
        RawHttp.Answer answer = ask(method, path, "Origin: https://evil.example");

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
    }

    @Test
    void aPreflightIsAnsweredAsOllamaDoes() throws Exception {
        RawHttp.Answer answer =
                ask(
                        "OPTIONS",
                        "/api/tags",
                        "Origin: https://chat.example",
                        "Access-Control-Request-Method: GET",
                        "Access-Control-Request-Headers: content-type");

        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.header("Access-Control-Allow-Origin"))
                .containsExactly("https://chat.example");
        assertThat(answer.header("Access-Control-Allow-Methods"))
                .containsExactly("GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS");
        assertThat(answer.header("Access-Control-Allow-Headers"))
                .containsExactly(
                        "Authorization,Content-Type,User-Agent,Accept,X-Requested-With,Openai-Beta,"
                                + "X-Stainless-Arch,X-Stainless-Async,"
                                + "X-Stainless-Custom-Poll-Interval,X-Stainless-Helper-Method,"
                                + "X-Stainless-Lang,X-Stainless-Os,X-Stainless-Package-Version,"
                                + "X-Stainless-Poll-Helper,X-Stainless-Retry-Count,"
                                + "X-Stainless-Runtime,X-Stainless-Runtime-Version,"
                                + "X-Stainless-Timeout");
        assertThat(answer.header("Access-Control-Max-Age")).containsExactly("43200");
        assertThat(answer.header("Allow")).containsExactly("HEAD, GET");
        assertThat(answer.header("Vary"))
                .containsExactly(
                        "Origin",
                        "Access-Control-Request-Method",
                        "Access-Control-Request-Headers");
    }

    @Test
    void aPreflightOfAnUnknownPathIsAnsweredTooButAllowsNothing() throws Exception {
        RawHttp.Answer answer = ask("OPTIONS", "/nowhere", "Origin: https://chat.example");

        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.header("Allow")).isEmpty();
    }

    @Test
    void anErrorIsReadableForAnAllowedOrigin() throws Exception {
        RawHttp.Answer answer = ask("GET", "/nowhere", "Origin: https://chat.example");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("Access-Control-Allow-Origin"))
                .containsExactly("https://chat.example");
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "evil.example:11434", "8.8.8.8", "localhost.evil.com"})
    void aHostThatIsNotThisMachineIsRefusedWithoutABody(String host) throws Exception {
        RawHttp.Answer answer = RawHttp.send(gateway.port(), "GET", "/nowhere", "Host: " + host);

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "a.local:80", "192.168.1.7", "[::1]:11434", "127.0.0.1"})
    void aHostOfThisMachineIsServed(String host) throws Exception {
        assertThat(RawHttp.send(gateway.port(), "GET", "/", "Host: " + host).status())
                .isEqualTo(200);
    }

    @Test
    void optionsWithoutAnOriginIsNoContentForANameAndNoMethodForAnAddress() throws Exception {
        RawHttp.Answer name =
                RawHttp.send(gateway.port(), "OPTIONS", "/api/chat", "Host: localhost:11434");
        RawHttp.Answer address = ask("OPTIONS", "/api/chat");

        assertThat(name.status()).isEqualTo(204);
        assertThat(address.status()).isEqualTo(405);
        assertThat(address.header("Allow")).containsExactly("POST");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, //api/tags, /api/tags",
        "POST, //api//show?x=1, /api/show?x=1",
        "GET, /api/./x/../tags, /api/tags",
        "GET, //api/tags/, /api/tags/",
        "GET, //nowhere, /nowhere"
    })
    void aPathIsCleanedBeforeAnythingIsDecided(String method, String path, String location)
            throws Exception {
        RawHttp.Answer answer = ask(method, path, "Origin: https://evil.example");

        assertThat(answer.status()).isEqualTo(307);
        assertThat(answer.header("Location")).containsExactly(location);
    }

    private static RawHttp.Answer ask(String method, String path, String... headers)
            throws IOException {
        String[] all = new String[headers.length + 1];
        System.arraycopy(headers, 0, all, 0, headers.length);
        all[headers.length] = "Host: 127.0.0.1:" + gateway.port();
        return RawHttp.send(gateway.port(), method, path, all);
    }
}
