package dev.caravan.e2e;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A cluster of three agents that many classes have in common, made whole before each test. As many
 * are started as classes run side by side.
 */
final class SharedCluster
        implements ParameterResolver, BeforeAllCallback, BeforeEachCallback, AfterAllCallback {

    private static final Namespace NAMESPACE = Namespace.create(SharedCluster.class);

    /** The clusters that no class has just now. */
    private static final class Free {

        private final Queue<LocalCluster> clusters = new ConcurrentLinkedQueue<>();
        private final AtomicInteger started = new AtomicInteger();
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        LocalCluster left = free(context).clusters.poll();
        context.getStore(NAMESPACE).put(LocalCluster.class, left == null ? start(context) : left);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        cluster(context).reset();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        LocalCluster used =
                context.getStore(NAMESPACE).remove(LocalCluster.class, LocalCluster.class);
        if (used != null) {
            free(context).clusters.add(used);
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == LocalCluster.class;
    }

    @Override
    public LocalCluster resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return cluster(context);
    }

    private static LocalCluster cluster(ExtensionContext context) {
        return Objects.requireNonNull(
                context.getStore(NAMESPACE).get(LocalCluster.class, LocalCluster.class));
    }

    /** Ends with the run. */
    private static LocalCluster start(ExtensionContext context) {
        String name = "shared-" + free(context).started.incrementAndGet();
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(
                        name,
                        _ -> LocalCluster.start(Path.of("target", "clusters", name), 3),
                        LocalCluster.class);
    }

    private static Free free(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(Free.class, _ -> new Free(), Free.class);
    }
}
