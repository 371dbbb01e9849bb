package dev.caravan.health.app;

import dev.caravan.core.cluster.AgentId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What others do not know yet of the members. Not safe for use by several threads. */
final class News<R> {

    private static final Logger LOG = LoggerFactory.getLogger(News.class);

    private final Map<AgentId, Member<R>> told = new HashMap<>();

    /** Those whose verdict, reason or report differs from when they were here last. */
    List<Member<R>> of(Collection<Member<R>> members) {
        var changed = new ArrayList<Member<R>>();
        for (Member<R> member : members) {
            Member<R> before = told.put(member.agent(), member);
            if (before == null || before.verdict() != member.verdict()) {
                LOG.atInfo()
                        .addKeyValue("agent", member.agent())
                        .addKeyValue("verdict", member.verdict())
                        .addKeyValue("reason", member.reason())
                        .log("agent judged");
            }
            if (before == null
                    || before.verdict() != member.verdict()
                    || !before.reason().equals(member.reason())
                    || !before.reading().equals(member.reading())) {
                changed.add(member);
            }
        }
        return changed;
    }

    void forget(AgentId agent) {
        told.remove(agent);
    }
}
