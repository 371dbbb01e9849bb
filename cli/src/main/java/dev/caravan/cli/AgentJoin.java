package dev.caravan.cli;

import dev.caravan.cli.api.ControlPlane;
import dev.caravan.cli.cluster.AgentStartup;
import dev.caravan.cli.cluster.HomeLock;
import dev.caravan.cli.cluster.JoinOptions;
import dev.caravan.cli.cluster.Jvm;
import dev.caravan.cli.cluster.Startup;
import dev.caravan.cli.cluster.UpOptions;
import java.io.IOException;
import java.time.Duration;

/** Joins a cluster with one agent, and says how it stands. */
final class AgentJoin {

    private static final Duration LOCK_PATIENCE = Duration.ofMinutes(4);

    private final CliContext context;

    AgentJoin(CliContext context) {
        this.context = context;
    }

    /**
     * @param needsEngine whether it has nothing else that answers
     */
    void run(JoinOptions options, boolean needsEngine) throws IOException {
        context.home().create();
        try (HomeLock _ = HomeLock.take(context.home(), LOCK_PATIENCE, context::say)) {
            try (ControlPlane control = new ControlPlane(options.registry(), options.token())) {
                control.check();
            }
            engine(needsEngine);
            Jvm jvm = Jvm.current(context.environment());
            AgentStartup.Joined joined =
                    new AgentStartup(context.home(), jvm, context::say).join(options);
            if (!joined.fresh()) {
                context.say("is up already");
            }
            context.say("joined    " + options.registry());
            context.say("address   %s (%s)".formatted(joined.address(), joined.addressReason()));
            if (options.caches() == UpOptions.CacheMaking.BACKGROUND) {
                new Startup(context.home(), jvm, context::say)
                        .makeCachesInBackground(joined.cluster());
            }
        }
    }

    private void engine(boolean needed) {
        try {
            new Engines().installed(context::say);
        } catch (CliException none) {
            if (needed) {
                throw none;
            }
            context.say("no llama.cpp here: " + CliException.words(none));
        }
    }
}
