package dev.caravan.worker.app.desired;

import dev.caravan.worker.app.engine.MemberId;
import dev.caravan.worker.app.engine.WantedEngine;
import dev.caravan.worker.app.group.WantedMember;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * All that should run on an agent.
 *
 * @param engines each replica id once
 * @param members RPC servers for heads, here or elsewhere; each id once
 */
public record Wishes(List<WantedEngine> engines, List<WantedMember> members) {

    public static final Wishes NONE = new Wishes(List.of(), List.of());

    public Wishes {
        engines = List.copyOf(engines);
        members = List.copyOf(members);
        requireEachOnce("engines", "replica", engines, WantedEngine::id);
        requireEachOnce("members", "member", members, WantedMember::id);
    }

    private static <T> void requireEachOnce(
            String name, String kind, List<T> wanted, Function<T, ?> id) {
        Set<?> ids = wanted.stream().map(id).collect(Collectors.toSet());
        if (ids.size() != wanted.size()) {
            throw new IllegalArgumentException(
                    "%s: %s (expected: each %s id once)"
                            .formatted(name, wanted.stream().map(id).toList(), kind));
        }
    }

    boolean want(MemberId id) {
        return members.stream().anyMatch(member -> member.id().equals(id));
    }
}
