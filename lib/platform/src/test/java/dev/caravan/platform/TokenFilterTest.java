package dev.caravan.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TokenFilterTest {

    @TempDir Path folder;

    @ParameterizedTest
    @EnumSource(
            value = WebApplicationType.class,
            names = {"REACTIVE", "SERVLET"})
    void guardsEveryPathOfAServiceButItsManagementPort(WebApplicationType type) throws Exception {
        try (var service = TestService.start(type, folder)) {

            assertRefused(service.get("/internal/v1/thing"), "missing");
            assertRefused(service.get("/api/thing"), "missing");
            assertRefused(service.get("/nowhere"), "missing");
            assertRefused(
                    service.get("/internal/v1/thing", "Authorization", "Bearer other"), "wrong");
            assertRefused(
                    service.get("/internal/v1/thing", "Authorization", TestService.TOKEN), "wrong");
            var accepted =
                    service.get(
                            "/internal/v1/thing", "Authorization", "Bearer " + TestService.TOKEN);
            assertThat(accepted.statusCode()).isEqualTo(200);
            assertThat(accepted.body()).isEqualTo("internal");
            assertThat(service.getManagement("/actuator/health").statusCode()).isEqualTo(200);
            assertThat(service.getManagement("/actuator/prometheus").body())
                    .contains("caravan_build_info{", "caravan_redis_up");
        }
    }

    @Test
    void guardsOnlyTheInternalPathsOfTheGatewayHoweverTheyAreWritten() throws Exception {
        try (var gateway =
                TestService.start(
                        WebApplicationType.REACTIVE,
                        folder,
                        "--spring.application.name=gateway-service")) {

            assertThat(gateway.get("/api/thing").statusCode()).isEqualTo(200);
            assertThat(gateway.get("/nowhere").statusCode()).isEqualTo(404);
            assertRefused(gateway.get("/internal/v1/thing"), "missing");
            assertRefused(gateway.get("/%69nternal/v1/thing"), "missing");
            assertRefused(gateway.get("//internal/v1/thing"), "missing");
            assertRefused(gateway.get("/internal;x=y/v1/thing"), "missing");
        }
    }

    private static void assertRefused(HttpResponse<String> answer, String seen) {
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("WWW-Authenticate")).isPresent();
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        JsonNode body = JsonMapper.shared().readTree(answer.body());
        assertThat(body.get("code").asString()).isEqualTo("FORBIDDEN");
        assertThat(body.get("error").asString()).startsWith("authorization: " + seen);
    }
}
