package dev.caravan.platform;

import java.util.function.LongSupplier;

/** Makes this process stand for a role. */
@FunctionalInterface
public interface LeadershipFactory {

    /**
     * Stands for {@code role} from now until the process ends, then gives it up at once.
     *
     * @param epochFloor the highest epoch seen anywhere; a term's epoch lies above it. Asked often,
     *     must not block
     */
    Leadership lead(String role, LongSupplier epochFloor);
}
