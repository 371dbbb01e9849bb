package dev.caravan.registry.api;

import dev.caravan.registry.app.Catalogue;
import dev.caravan.wire.AgentEvent;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.CatalogueMessage;
import dev.caravan.wire.Refusal;
import dev.caravan.wire.Routes;
import org.springframework.http.HttpStatus;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Answers from memory; takes news from agents at once. */
@RestController
class CatalogueController {

    private final Catalogue<AgentReport.Model> catalogue;

    CatalogueController(Catalogue<AgentReport.Model> catalogue) {
        this.catalogue = catalogue;
    }

    @GetMapping(Routes.CATALOGUE)
    CatalogueMessage catalogue() {
        return new CatalogueMessage(
                catalogue.entries().stream().map(CatalogueShapes::model).toList());
    }

    @PostMapping(Routes.EVENTS)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void event(@RequestBody AgentEvent event) {
        boolean stays = event.type() != AgentEvent.Type.AGENT_STOPPING;
        catalogue.offer(CatalogueShapes.holdings(event.report(), stays));
    }

    @ExceptionHandler({HttpMessageNotReadableException.class, IllegalArgumentException.class})
    @ResponseStatus(HttpStatus.BAD_REQUEST)
    Refusal unreadable(Exception fault) {
        return Refusal.of(
                "INVALID_REQUEST", fault.getMessage() + " (expected: an agent's event as JSON)");
    }
}
