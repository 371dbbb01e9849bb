package dev.caravan.scheduler.adapter.agent;

import dev.caravan.platform.Neighbours;
import dev.caravan.scheduler.app.AgentStatus;
import dev.caravan.scheduler.app.ReportLink;
import dev.caravan.scheduler.translation.Reports;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.Routes;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Asks agents for their report: those that discovery knows and the scheduler does not, and one that
 * is in doubt.
 */
public final class HttpReports implements ReportLink {

    private static final Logger log = LoggerFactory.getLogger(HttpReports.class);
    private static final String AGENTS = "worker-agent";
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    private final Neighbours neighbours;
    private final WebClient client;

    public HttpReports(Neighbours neighbours, WebClient client) {
        this.neighbours = neighbours;
        this.client = client;
    }

    /** Reports of agents at other addresses than these; those that do not answer are left out. */
    public Flux<AgentStatus> askOthers(List<String> knownAddresses) {
        return Flux.fromIterable(neighbours.instances(AGENTS))
                .map(URI::toString)
                .filter(address -> !knownAddresses.contains(address))
                .flatMap(this::other);
    }

    @Override
    public Mono<AgentStatus> ask(String address) {
        return report(address, AT_ONCE);
    }

    private Mono<AgentStatus> report(String address, Duration timeout) {
        return client.get()
                .uri(address + Routes.REPORT)
                .retrieve()
                .bodyToMono(AgentReport.class)
                .timeout(timeout)
                .map(Reports::status);
    }

    private Mono<AgentStatus> other(String address) {
        return report(address, TIMEOUT)
                .doOnError(
                        failure ->
                                log.atDebug()
                                        .addKeyValue("address", address)
                                        .addKeyValue("reason", failure.toString())
                                        .log("agent tells no report"))
                .onErrorComplete();
    }
}
