package dev.caravan.testkit;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.jspecify.annotations.NullMarked;

/** Holds for a class whose package has a {@code package-info} with {@link NullMarked}. */
final class NullMarkedPackage extends ArchCondition<JavaClass> {

    private NullMarkedPackage() {
        super("have a package-info with @NullMarked");
    }

    static ArchCondition<JavaClass> condition() {
        return new NullMarkedPackage();
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
        boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class);
        String verb = marked ? "has" : "lacks";
        events.add(
                new SimpleConditionEvent(
                        type,
                        marked,
                        "%s: package %s %s a package-info with @NullMarked (expected: one that says its purpose)"
                                .formatted(type.getName(), type.getPackageName(), verb)));
    }
}
