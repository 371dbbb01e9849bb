package dev.caravan.scheduler.app;

import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * What the decisions are carried out with.
 *
 * @param epochSeen is told every epoch that an agent has seen; the lease's next lies above
 * @param counts is told how many of each model there are, whenever that changes
 */
public record Ports(
        LeaderTerm term,
        LongConsumer epochSeen,
        AgentLink agents,
        ReportLink reports,
        ViewSink view,
        DesiredCopies copies,
        LeftOutSink leftOut,
        PolicyLink policies,
        CopyLink files,
        DecisionTimer timer,
        Consumer<Census> counts) {}
