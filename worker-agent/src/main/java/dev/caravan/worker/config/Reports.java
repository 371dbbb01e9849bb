package dev.caravan.worker.config;

import dev.caravan.platform.address.AdvertisedAddress;
import dev.caravan.wire.AgentReport;
import dev.caravan.worker.api.ReportMessages;
import dev.caravan.worker.app.status.AgentIdentity;
import dev.caravan.worker.app.status.StatusBoard;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;

/** The agent's report, with the address that its port gives it. */
final class Reports
        implements Supplier<AgentReport>, ApplicationListener<WebServerInitializedEvent> {

    private final AgentIdentity identity;
    private final ObjectProvider<StatusBoard> board;
    private final AdvertisedAddress advertised;
    private volatile String address = "";

    /**
     * @param board asked for with each report: it knows who tells events, and those carry a report
     * @param advertised where the agent can be reached
     */
    Reports(
            AgentIdentity identity,
            ObjectProvider<StatusBoard> board,
            AdvertisedAddress advertised) {
        this.identity = identity;
        this.board = board;
        this.advertised = advertised;
    }

    @Override
    public AgentReport get() {
        return ReportMessages.of(identity, address, board.getObject().now())
                .withAddressReason(advertised.reason());
    }

    @Override
    public void onApplicationEvent(WebServerInitializedEvent event) {
        if (!"management".equals(event.getApplicationContext().getServerNamespace())) {
            address = "http://" + advertised.host() + ":" + event.getWebServer().getPort();
        }
    }
}
