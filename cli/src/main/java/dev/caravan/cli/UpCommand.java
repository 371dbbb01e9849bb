package dev.caravan.cli;

import dev.caravan.cli.api.GatewayClient;
import dev.caravan.cli.cluster.ClusterFile;
import dev.caravan.cli.cluster.HomeLock;
import dev.caravan.cli.cluster.JoinOptions;
import dev.caravan.cli.cluster.Jvm;
import dev.caravan.cli.cluster.MemorySize;
import dev.caravan.cli.cluster.OllamaAdoption;
import dev.caravan.cli.cluster.Startup;
import dev.caravan.cli.cluster.UpOptions;
import dev.caravan.cli.model.DemoModel;
import dev.caravan.cli.process.Pause;
import dev.caravan.cli.redis.RedisChoice;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Starts the cluster and shows a first answer. */
@Command(
        name = "up",
        description = "Starts what is not running and waits until it answers.",
        mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {

    /** Another {@code up} on a slow machine may take as long as this one. */
    private static final Duration LOCK_PATIENCE = Duration.ofMinutes(4);

    /** A dead scheduler's lease ends within 5 s; only then can another load a model. */
    private static final Duration LEADER_PATIENCE = Duration.ofSeconds(15);

    private static final Duration ASK_AGAIN = Duration.ofMillis(500);

    private static final int FIRST_ANSWER_TOKENS = 40;
    private static final String FIRST_PROMPT = "Where does the caravan go?";

    private final CliContext context;

    /** What of the suite is started here. */
    enum Role {
        ALL,
        CONTROL,
        AGENT
    }

    @Option(names = "--agents", paramLabel = "N", description = "agents on this machine (2)")
    private @Nullable Integer agents;

    @Option(
            names = "--bind",
            paramLabel = "IP",
            description =
                    "listen on this address of the machine, so that others can join (loopback)")
    private @Nullable String bind;

    @Option(
            names = "--agent-memory",
            paramLabel = "SIZE",
            description = "the most each agent offers, such as 12GB (all there is)")
    private @Nullable String agentMemory;

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            description =
                    "what to start: all (the usual), control (no agents), agent (as ./caravan agent)")
    private @Nullable Role role;

    @Mixin private JoinArguments join = new JoinArguments();

    @Option(
            names = "--gateway-port",
            paramLabel = "P",
            description = "the gateway's port (11434); 0: a free one")
    private @Nullable Integer gatewayPort;

    @Option(
            names = "--registry-port",
            paramLabel = "P",
            description = "the registry's port (8761); 0: a free one")
    private @Nullable Integer registryPort;

    @Option(
            names = "--aot",
            paramLabel = "WHEN",
            description = "make start-up caches: now, background (the usual), off")
    private UpOptions.CacheMaking caches = UpOptions.CacheMaking.BACKGROUND;

    @Option(names = "--no-adopt", description = "leave an Ollama that runs on this machine alone")
    private boolean noAdopt;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description = "how long to wait for readiness (${DEFAULT-VALUE})")
    private int seconds = 240;

    UpCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        if (role == Role.AGENT) {
            new AgentJoin(context).run(joinOptions(), !join.hasOllama());
            return 0;
        }
        UpOptions options = options();
        context.home().create();
        try (HomeLock _ = HomeLock.take(context.home(), LOCK_PATIENCE, context::say)) {
            options = options.withGatewayPort(adopt(options.gatewayPort()));
            if (role != Role.CONTROL) {
                new Engines().installed(context::say);
            }
            Jvm jvm = Jvm.current(context.environment());
            Startup startup = new Startup(context.home(), jvm, context::say);
            Startup.Running running = startup.up(options, context.setting(RedisChoice.SETTING));
            GatewayClient gateway = new GatewayClient(running.cluster().gatewayUrl());
            if (!running.fresh()) {
                context.say("is up already");
            }
            if (running.cluster().agents() > 0) {
                answer(gateway);
            } else {
                context.say("endpoint  " + gateway.endpoint());
            }
            sayHowToJoin(running.cluster());
            if (options.caches() == UpOptions.CacheMaking.BACKGROUND) {
                startup.makeCachesInBackground(running.cluster());
            }
        }
        return 0;
    }

    private OptionalInt adopt(OptionalInt port) throws IOException {
        return new OllamaAdoption(context.home(), context::say)
                .settle(context.setting("OLLAMA_HOST"), !noAdopt && !startsOllama(), port);
    }

    /** The first agent has one Ollama. */
    private boolean startsOllama() {
        return !context.setting(OllamaAdoption.COMMAND).isBlank();
    }

    private JoinOptions joinOptions() {
        if (agents != null || gatewayPort != null || registryPort != null) {
            throw CliException.usage(
                    "--role agent: with --agents, --gateway-port or --registry-port (expected: none of them, one agent is started and nothing else)");
        }
        return join.options(
                context,
                AgentCommand.bind(bind),
                "--agent-memory",
                agentMemory,
                caches,
                Duration.ofSeconds(seconds));
    }

    private UpOptions options() {
        join.given()
                .ifPresent(
                        option -> {
                            throw CliException.usage(
                                    option
                                            + ": given without --role agent (expected: ./caravan agent --join HOST[:PORT])");
                        });
        if (agents != null && (agents < 1 || role == Role.CONTROL)) {
            throw CliException.usage(
                    "--agents: %d (expected: %s)"
                            .formatted(
                                    agents,
                                    role == Role.CONTROL
                                            ? "left out with --role control, which has none"
                                            : "1 to 64; --role control has none"));
        }
        try {
            return new UpOptions(
                    role == Role.CONTROL ? OptionalInt.of(0) : optional(agents),
                    optional(gatewayPort),
                    optional(registryPort),
                    AgentCommand.bind(bind),
                    agentMemory == null
                            ? OptionalLong.empty()
                            : OptionalLong.of(MemorySize.parse("--agent-memory", agentMemory)),
                    caches,
                    Duration.ofSeconds(seconds));
        } catch (IllegalArgumentException wrong) {
            throw CliException.usage(wrong);
        }
    }

    /** Whoever listens on loopback cannot be joined. */
    private void sayHowToJoin(ClusterFile cluster) {
        if (cluster.bind() == null) {
            return;
        }
        Path token = context.home().tokenFile();
        context.say("");
        context.say(
                "join      ./caravan agent --join %s --token %s"
                        .formatted(cluster.registryUrl().replace("http://", ""), token));
        context.say(
                "          on the other machine; the token lies in %s here: copy that file there (readable by you alone) and name the copy"
                        .formatted(token));
    }

    private void answer(GatewayClient gateway) throws IOException {
        String model = new DemoModel(gateway, context.home().work(), context::say).name();
        context.say("");
        context.say("endpoint  " + gateway.endpoint());
        context.say(
                "try       curl %s/api/generate -d '{\"model\":\"%s\",\"prompt\":\"hello\",\"options\":{\"num_predict\":40}}'"
                        .formatted(gateway.endpoint(), model));
        context.say("");
        context.say(">>> " + FIRST_PROMPT);
        firstAnswer(gateway, model);
    }

    private void firstAnswer(GatewayClient gateway, String model) {
        Answer answer = new Answer(context, gateway);
        long deadline = System.nanoTime() + LEADER_PATIENCE.toNanos();
        while (true) {
            try {
                answer.generate(model, FIRST_PROMPT, OptionalInt.of(FIRST_ANSWER_TOKENS));
                return;
            } catch (CliException refused) {
                if (!refused.isTemporary() || System.nanoTime() > deadline) {
                    throw refused;
                }
                Pause.of(ASK_AGAIN);
            }
        }
    }

    private static OptionalInt optional(@Nullable Integer value) {
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }
}
