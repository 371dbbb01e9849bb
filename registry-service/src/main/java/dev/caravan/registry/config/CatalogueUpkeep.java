package dev.caravan.registry.config;

import dev.caravan.platform.Leadership;
import dev.caravan.registry.adapter.redis.AgentRecords;
import dev.caravan.registry.adapter.redis.RedisCatalogue;
import dev.caravan.registry.api.CatalogueShapes;
import dev.caravan.registry.app.Catalogue;
import dev.caravan.wire.AgentRecord;
import dev.caravan.wire.AgentReport;
import java.time.Duration;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Keeps the catalogue up to date with Redis, and Redis with the catalogue where this process leads.
 * Both are done again each second, so an emptied Redis fills up by itself.
 */
final class CatalogueUpkeep implements ApplicationListener<ApplicationReadyEvent>, DisposableBean {

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final Catalogue<AgentReport.Model> catalogue;
    private final AgentRecords records;
    private final RedisCatalogue stored;
    private final Leadership leadership;
    private final RegistryMeters meters;
    private final Disposable.Composite running = Disposables.composite();

    CatalogueUpkeep(
            Catalogue<AgentReport.Model> catalogue,
            AgentRecords records,
            RedisCatalogue stored,
            Leadership leadership,
            RegistryMeters meters) {
        this.catalogue = catalogue;
        this.records = records;
        this.stored = stored;
        this.leadership = leadership;
        this.meters = meters;
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent event) {
        running.add(records.changes().subscribe(this::take));
        running.add(
                Flux.interval(Duration.ZERO, INTERVAL, Schedulers.boundedElastic())
                        .onBackpressureDrop()
                        .concatMap(tick -> round(), 1)
                        .subscribe());
    }

    private Mono<Void> round() {
        return records.all().doOnNext(this::take).then().onErrorComplete().then(write());
    }

    private Mono<Void> write() {
        return Mono.defer(
                        () -> {
                            meters.refresh();
                            return leadership.epoch().isEmpty()
                                    ? Mono.<Void>empty()
                                    : stored.replace(
                                            catalogue.entries().stream()
                                                    .map(CatalogueShapes::model)
                                                    .toList());
                        })
                .onErrorComplete();
    }

    private void take(AgentRecord record) {
        catalogue.offer(
                CatalogueShapes.holdings(record.report(), !record.verdict().equals("DOWN")));
    }

    @Override
    public void destroy() {
        running.dispose();
    }
}
