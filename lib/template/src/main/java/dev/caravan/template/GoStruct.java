package dev.caravan.template;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A value with fixed fields: asking for another one is an error, unlike with a map.
 *
 * @param type Go's name of it, for errors
 * @param pointer whether templates hold its address
 */
record GoStruct(String type, boolean pointer, List<Member> members) {

    GoStruct {
        members = List.copyOf(members);
    }

    /**
     * @param json name in JSON
     * @param omitEmpty whether JSON leaves it out where it is empty
     */
    record Member(String name, String json, boolean omitEmpty, @Nullable Object value) {}

    Optional<Member> member(String name) {
        return members.stream().filter(member -> member.name().equals(name)).findFirst();
    }
}
