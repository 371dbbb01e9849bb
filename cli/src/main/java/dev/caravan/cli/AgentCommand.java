package dev.caravan.cli;

import dev.caravan.cli.cluster.BindAddress;
import dev.caravan.cli.cluster.UpOptions;
import dev.caravan.platform.address.HostNetwork;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes this machine part of a cluster that runs elsewhere. */
@Command(
        name = "agent",
        description = "Starts one agent that joins the cluster of another machine.",
        mixinStandardHelpOptions = true)
final class AgentCommand implements Callable<Integer> {

    private static final String EVERYWHERE = "0.0.0.0";

    private final CliContext context;

    @Mixin private JoinArguments join = new JoinArguments();

    @Option(
            names = "--bind",
            paramLabel = "IP",
            description = "the address it listens on, 0.0.0.0: all (the one it advertises)")
    private @Nullable String bind;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description = "the most it offers, such as 12GB (all there is)")
    private @Nullable String memory;

    @Option(
            names = "--aot",
            paramLabel = "WHEN",
            description = "make start-up caches: now, background (the usual), off")
    private UpOptions.CacheMaking caches = UpOptions.CacheMaking.BACKGROUND;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description = "how long to wait until the cluster sees it (${DEFAULT-VALUE})")
    private int seconds = 120;

    AgentCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        new AgentJoin(context)
                .run(
                        join.options(
                                context,
                                listens(bind),
                                "--memory",
                                memory,
                                caches,
                                Duration.ofSeconds(seconds)),
                        !join.hasOllama());
        return 0;
    }

    /** As {@link #bind}, or all addresses: which of them is advertised is another question. */
    private static Optional<InetAddress> listens(@Nullable String told) {
        return EVERYWHERE.equals(told) ? Optional.of(InetAddress.ofLiteral(told)) : bind(told);
    }

    /** The address after {@code --bind}, checked against this machine's. */
    static Optional<InetAddress> bind(@Nullable String told) {
        if (told == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(BindAddress.check("--bind", told, HostNetwork.cards()));
        } catch (IllegalArgumentException wrong) {
            throw CliException.usage(wrong);
        }
    }
}
