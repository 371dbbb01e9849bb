package dev.caravan.cli;

import dev.caravan.cli.api.GatewayClient;
import dev.caravan.cli.cluster.HomeLock;
import dev.caravan.cli.cluster.OllamaAdoption;
import dev.caravan.cli.cluster.Startup;
import dev.caravan.cli.cluster.UpOptions;
import dev.caravan.cli.model.DemoModel;
import dev.caravan.cli.redis.RedisChoice;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts the cluster and shows a first answer. */
@Command(
        name = "up",
        description = "Starts what is not running and waits until it answers.",
        mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {

    /** Another {@code up} on a slow machine may take as long as this one. */
    private static final Duration LOCK_PATIENCE = Duration.ofMinutes(4);

    private static final int FIRST_ANSWER_TOKENS = 40;
    private static final String FIRST_PROMPT = "Where does the caravan go?";

    private final CliContext context;

    @Option(names = "--agents", paramLabel = "N", description = "agents on this machine (2)")
    private @Nullable Integer agents;

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
        UpOptions options = options();
        context.home().create();
        try (HomeLock _ = HomeLock.take(context.home(), LOCK_PATIENCE, context::say)) {
            options = options.withGatewayPort(adopt(options.gatewayPort()));
            new Engines().installed(context::say);
            Path java = Path.of(System.getProperty("java.home"), "bin", "java");
            Startup startup = new Startup(context.home(), java, context::say);
            Startup.Running running = startup.up(options, context.setting(RedisChoice.SETTING));
            GatewayClient gateway = new GatewayClient(running.cluster().gatewayUrl());
            if (!running.fresh()) {
                context.say("is up already");
            }
            answer(gateway);
            if (options.caches() == UpOptions.CacheMaking.BACKGROUND) {
                startup.makeCachesInBackground(running.cluster());
            }
        }
        return 0;
    }

    private OptionalInt adopt(OptionalInt port) throws IOException {
        return new OllamaAdoption(context.home(), context::say)
                .settle(context.setting("OLLAMA_HOST"), !noAdopt, port);
    }

    private UpOptions options() {
        try {
            return new UpOptions(
                    optional(agents),
                    optional(gatewayPort),
                    optional(registryPort),
                    caches,
                    Duration.ofSeconds(seconds));
        } catch (IllegalArgumentException wrong) {
            throw CliException.usage(wrong);
        }
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
        new Answer(context, gateway)
                .generate(model, FIRST_PROMPT, OptionalInt.of(FIRST_ANSWER_TOKENS));
    }

    private static OptionalInt optional(@Nullable Integer value) {
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }
}
