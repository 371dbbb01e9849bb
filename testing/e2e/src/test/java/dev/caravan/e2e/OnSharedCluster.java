package dev.caravan.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Tests of a cluster that they have in common and end nothing of; their classes run one after
 * another, beside those {@link WithFaults with faults}. One of them is the first of all, so that
 * the first two classes do not wait for the same cluster.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(SharedCluster.class)
@ResourceLock("the shared cluster")
@Order(2)
@interface OnSharedCluster {}
