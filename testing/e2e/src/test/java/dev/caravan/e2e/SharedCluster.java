package dev.caravan.e2e;

import static org.junit.platform.commons.support.AnnotationSupport.isAnnotated;

import java.nio.file.Path;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One cluster for many tests of a run: three agents, started once, made whole before each test. */
final class SharedCluster implements ParameterResolver, BeforeEachCallback {

    private static final Namespace NAMESPACE = Namespace.create(SharedCluster.class);

    @Override
    public void beforeEach(ExtensionContext context) {
        cluster(context).reset();
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
        boolean faults = isAnnotated(context.getRequiredTestClass(), WithFaults.class);
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(
                        faults ? "faults" : "shared",
                        name -> LocalCluster.start(Path.of("target", "clusters", name), 3),
                        LocalCluster.class);
    }
}
