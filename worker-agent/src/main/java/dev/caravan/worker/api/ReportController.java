package dev.caravan.worker.api;

import dev.caravan.wire.AgentReport;
import dev.caravan.wire.Routes;
import java.util.function.Supplier;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** What the agent says of itself when asked. */
@RestController
public final class ReportController {

    private final Supplier<AgentReport> report;

    public ReportController(Supplier<AgentReport> report) {
        this.report = report;
    }

    /**
     * @param since the sequence the caller has; nothing is told where it still holds
     */
    @GetMapping(Routes.REPORT)
    public Mono<Void> report(
            @RequestParam(defaultValue = "-1") long since, ServerHttpResponse response) {
        AgentReport now = report.get();
        if (now.sequence() == since) {
            response.setStatusCode(HttpStatus.NO_CONTENT);
            return response.setComplete();
        }
        return Bodies.write(response, now);
    }
}
