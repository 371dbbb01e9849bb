package dev.caravan.scheduler.api;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.scheduler.app.AgentStatus;
import dev.caravan.scheduler.app.Coordinator;
import dev.caravan.scheduler.translation.Reports;
import dev.caravan.wire.AgentEvent;
import dev.caravan.wire.Routes;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** What agents tell at once; every event carries the report that holds after it. */
@RestController
class EventController {

    private final Coordinator coordinator;

    EventController(Coordinator coordinator) {
        this.coordinator = coordinator;
    }

    @PostMapping(Routes.EVENTS)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void event(@RequestBody AgentEvent event) {
        AgentStatus status = Reports.status(event.report());
        switch (event.type()) {
            case REPLICA_EXPIRED -> coordinator.expired(status, new ReplicaId(event.subject()));
            case AGENT_STOPPING -> coordinator.stopping(status);
            case REPLICA_READY,
                    REPLICA_FAILED,
                    REPLICA_EXITED,
                    REPLICA_STOPPED,
                    MEMBER_READY,
                    MEMBER_EXITED,
                    STORE_CHANGED,
                    AGENT_STARTED ->
                    coordinator.said(status);
        }
    }
}
