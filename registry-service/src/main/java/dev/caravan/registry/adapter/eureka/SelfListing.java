package dev.caravan.registry.adapter.eureka;

import com.netflix.appinfo.DataCenterInfo;
import com.netflix.appinfo.InstanceInfo;
import com.netflix.appinfo.LeaseInfo;
import com.netflix.appinfo.MyDataCenterInfo;
import com.netflix.eureka.registry.PeerAwareInstanceRegistry;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/**
 * Lists the registry among the services, so that agents can tell it what happens to them. Done
 * inside the process: the registry calls no registry, not even itself.
 */
public final class SelfListing
        implements ApplicationListener<WebServerInitializedEvent>, DisposableBean {

    private static final Duration RENEWAL = Duration.ofSeconds(1);
    private static final int LEASE_SECONDS = 3;

    private final ObjectProvider<PeerAwareInstanceRegistry> registry;
    private final String service;
    private final String address;
    private final String instanceId;
    private int port;
    private int managementPort;
    private Disposable renewals = Disposables.disposed();

    public SelfListing(
            ObjectProvider<PeerAwareInstanceRegistry> registry, String service, String address) {
        this.registry = registry;
        this.service = service;
        this.address = address;
        this.instanceId = service + ":" + UUID.randomUUID();
    }

    @Override
    public synchronized void onApplicationEvent(WebServerInitializedEvent event) {
        if ("management".equals(event.getApplicationContext().getServerNamespace())) {
            managementPort = event.getWebServer().getPort();
        } else {
            port = event.getWebServer().getPort();
        }
        renewals.dispose();
        renewals =
                Flux.interval(Duration.ZERO, RENEWAL, Schedulers.boundedElastic())
                        .onBackpressureDrop()
                        .subscribe(tick -> renew());
    }

    private synchronized void renew() {
        PeerAwareInstanceRegistry services = registry.getObject();
        InstanceInfo listed = services.getInstanceByAppAndId(name(), instanceId);
        boolean complete =
                listed != null
                        && Integer.toString(managementPort)
                                .equals(listed.getMetadata().get("management-port"));
        if (complete) {
            services.renew(name(), instanceId, false);
        } else {
            services.register(self(), false);
        }
    }

    private String name() {
        return service.toUpperCase(Locale.ROOT);
    }

    private InstanceInfo self() {
        return InstanceInfo.Builder.newBuilder()
                .setInstanceId(instanceId)
                .setAppName(service)
                .setVIPAddress(service)
                .setHostName(address)
                .setIPAddr(address)
                .setPort(port)
                .setDataCenterInfo(new MyDataCenterInfo(DataCenterInfo.Name.MyOwn))
                .setStatus(InstanceInfo.InstanceStatus.UP)
                .setLeaseInfo(
                        LeaseInfo.Builder.newBuilder()
                                .setRenewalIntervalInSecs((int) RENEWAL.toSeconds())
                                .setDurationInSecs(LEASE_SECONDS)
                                .build())
                .add("management-port", Integer.toString(managementPort))
                .build();
    }

    @Override
    public synchronized void destroy() {
        renewals.dispose();
    }
}
