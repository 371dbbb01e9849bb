package dev.caravan.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Tests of the same cluster as those {@link OnSharedCluster on it} that look at all of it, or count
 * on its whole speed: their classes run alone on it.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(SharedCluster.class)
@ResourceLock(SharedCluster.CALM)
@Order(3)
@interface AloneOnSharedCluster {}
