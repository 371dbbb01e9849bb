package dev.caravan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.testkit.LocalRedis;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that other machines reach, and any page. */
class OpenEdgeTest {

    @RegisterExtension static final LocalRedis REDIS = LocalRedis.own();

    @TempDir static Path folder;

    @Test
    void isCalledByAnyNameAndFromAnyPage() throws Exception {
        Map<String, String> settings =
                Map.of("server.address", "0.0.0.0", "caravan.gateway.origins", "*");
        try (TestGateway gateway = new TestGateway(REDIS.url(), folder, settings)) {
            int port = gateway.port();
            RawHttp.Answer named =
                    RawHttp.send(
                            port,
                            "GET",
                            "/",
                            List.of("Host: gpu.example", "Origin: https://any.example"),
                            "");
            RawHttp.Answer options = RawHttp.send(port, "OPTIONS", "/api/chat", "Host: localhost");

            assertThat(named.status()).isEqualTo(200);
            assertThat(named.header("Access-Control-Allow-Origin")).containsExactly("*");
            assertThat(named.header("Vary")).isEmpty();
            assertThat(options.status()).isEqualTo(405);
            assertThat(options.header("Allow")).containsExactly("POST");
        }
    }
}
