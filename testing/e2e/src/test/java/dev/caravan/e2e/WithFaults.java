package dev.caravan.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Tests that stop and kill processes of another cluster that they have in common; their classes run
 * one after another, beside those {@link OnSharedCluster on the calm one}. They begin first, since
 * they take longest.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(SharedCluster.class)
@ResourceLock(SharedCluster.FAULTS)
@Order(1)
@interface WithFaults {}
