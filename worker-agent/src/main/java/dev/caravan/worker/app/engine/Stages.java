package dev.caravan.worker.app.engine;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The layers of one model over processes, in their order; the output counts as one layer more and
 * is the last. None: the model is whole.
 *
 * @param list the head's own process can be the first alone, since an engine keeps only its first
 *     layers to itself
 */
public record Stages(List<Stage> list) {

    public static final Stages NONE = new Stages(List.of());

    /** An engine aborts with more devices. */
    public static final int MOST_MEMBERS = 15;

    public Stages {
        list = List.copyOf(list);
        Set<MemberId> members = new HashSet<>();
        for (int index = 0; index < list.size(); index++) {
            Stage stage = list.get(index);
            if (stage.member().isEmpty() && index > 0) {
                throw new IllegalArgumentException(
                        "stages: number %d is in the head's process (expected: only the first can be; name a member)"
                                .formatted(index + 1));
            }
            if (stage.member().filter(member -> !members.add(member)).isPresent()) {
                throw new IllegalArgumentException(
                        "stages: member %s twice (expected: each member once)"
                                .formatted(stage.member().get()));
            }
        }
        if (!list.isEmpty() && (members.isEmpty() || members.size() > MOST_MEMBERS)) {
            throw new IllegalArgumentException(
                    "stages: %d members (expected: 1 to %d; none at all for a whole model)"
                            .formatted(members.size(), MOST_MEMBERS));
        }
    }

    /** Whether the model is in one process. */
    public boolean isEmpty() {
        return list.isEmpty();
    }

    /** Those that are in RPC servers, in the order of their layers. */
    public List<Stage> lent() {
        return list.stream().filter(stage -> stage.member().isPresent()).toList();
    }

    /** Layers that stay in the head's own process. */
    public int kept() {
        return list.stream()
                .filter(stage -> stage.member().isEmpty())
                .mapToInt(Stage::layers)
                .sum();
    }

    /** All layers, the output counted as one. */
    public int layers() {
        return list.stream().mapToInt(Stage::layers).sum();
    }
}
