package dev.caravan.platform;

import dev.caravan.wire.WireJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Environment;

/**
 * Tells whoever started the process that its ports listen, and which they are. Written whole or not
 * at all; one left by an earlier run is removed at the start.
 */
final class ReadyFile implements ApplicationListener<WebServerInitializedEvent> {

    /**
     * What the file holds.
     *
     * @param host where neighbours reach the port, as in a URL
     * @param startedAt milliseconds since 1970, when the process started
     */
    record Content(
            String service, long pid, String host, int port, int managementPort, long startedAt) {}

    private final @Nullable Path file;
    private final String service;
    private final String host;
    private final boolean ownManagementPort;
    private int port;
    private int managementPort;

    ReadyFile(@Nullable Path file, Environment environment) {
        this.file = file;
        this.service = environment.getProperty("spring.application.name", "");
        this.host = environment.getProperty("eureka.instance.ip-address", "");
        this.ownManagementPort =
                ManagementPortType.get(environment) == ManagementPortType.DIFFERENT;
        if (file != null) {
            removeOld(file);
        }
    }

    private static void removeOld(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException failure) {
            throw new ConfigurationFault(
                    "caravan.ready-file: %s cannot be replaced: %s (expected: a file in a writable folder)"
                            .formatted(file, failure),
                    failure);
        }
    }

    @Override
    public synchronized void onApplicationEvent(WebServerInitializedEvent event) {
        if ("management".equals(event.getApplicationContext().getServerNamespace())) {
            managementPort = event.getWebServer().getPort();
        } else {
            port = event.getWebServer().getPort();
        }
        if (file != null && port > 0 && (managementPort > 0 || !ownManagementPort)) {
            write(file);
        }
    }

    private void write(Path target) {
        var content =
                new Content(
                        service,
                        ProcessHandle.current().pid(),
                        host,
                        port,
                        ownManagementPort ? managementPort : port,
                        ManagementFactory.getRuntimeMXBean().getStartTime());
        try {
            Path absolute = target.toAbsolutePath();
            Path folder = Files.createDirectories(absolute.resolveSibling(".").normalize());
            Path whole = Files.createTempFile(folder, ".ready", ".json");
            Files.write(whole, WireJson.mapper().writeValueAsBytes(content));
            Files.move(whole, absolute, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
