package dev.caravan.e2e;

import static org.junit.platform.commons.support.AnnotationSupport.isAnnotated;

import java.lang.annotation.Annotation;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A cluster for many tests of a run: three agents, started once, made whole before each test that
 * has it for itself.
 */
final class SharedCluster implements ParameterResolver, BeforeEachCallback {

    static final String CALM = "calm";
    static final String FAULTS = "faults";

    private static final Namespace NAMESPACE = Namespace.create(SharedCluster.class);

    @Override
    public void beforeEach(ExtensionContext context) {
        if (!is(context, OnSharedCluster.class)) {
            cluster(context).reset();
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
        String name = is(context, WithFaults.class) ? FAULTS : CALM;
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(
                        name,
                        _ -> new Kept(LocalCluster.start(Path.of("target", "clusters", name), 3)),
                        Kept.class)
                .cluster();
    }

    /** Whoever ran beside others is looked at when all have ended. */
    private record Kept(LocalCluster cluster) implements AutoCloseable {

        @Override
        public void close() {
            try (cluster) {
                if (!cluster.processes().isEmpty()) {
                    cluster.awaitNoRequest();
                }
            }
        }
    }

    private static boolean is(ExtensionContext context, Class<? extends Annotation> kind) {
        return isAnnotated(context.getRequiredTestClass(), kind);
    }
}
