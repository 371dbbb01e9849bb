package dev.caravan.benchmarks;

import dev.caravan.e2e.EngineState;
import dev.caravan.e2e.LocalCluster;
import dev.caravan.e2e.Nginx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Gateway and agent against nginx before the same engine: tokens a second and CPU a token, unpaced
 * from the real engine and at 20 ms a token from {@link PacedEngine}; and prompts of 1 MB.
 */
public final class ProxyBenchmark {

    private static final int ROUNDS = 4;

    /** Until the compilers have seen what they need; the processes of a cluster run for weeks. */
    private static final int WARM_TOKENS = 40_000;

    private static final int UNPACED_STREAMS = 4;
    private static final int UNPACED_TOKENS = 200;
    private static final int PACED_STREAMS = 64;
    private static final int PACED_TOKENS = 250;
    private static final int LONG_PROMPTS = 20;
    private static final int LONG_PROMPT_CHARACTERS = 1_000_000;

    private ProxyBenchmark() {}

    /** One way to the engine, and the processes that it costs. */
    private record Way(String name, TokenClient client, List<Long> processes) {

        double cpuMillis() {
            return processes.stream().mapToLong(pid -> ProcessFigures.cpu(pid).toMillis()).sum();
        }
    }

    public static void main(String[] arguments)
            throws IOException, InterruptedException, ExecutionException {
        Path folder = Path.of("target", "bench-proxy").toAbsolutePath();
        try (LocalCluster cluster = LocalCluster.start(folder.resolve("real"), 1)) {
            String model = cluster.fixture("F16", 1);
            compare("unpaced", cluster, model, UNPACED_STREAMS, UNPACED_TOKENS, folder);
        }
        Path engine =
                PacedEngine.install(folder.resolve("paced-engine"), LocalCluster.engineFolder());
        Map<String, String> paced =
                Map.of(
                        "CARAVAN_ENGINE_DIR",
                        engine.toString(),
                        "CARAVAN_SCHEDULER_SLOTS",
                        Integer.toString(PACED_STREAMS));
        try (LocalCluster cluster = LocalCluster.start(folder.resolve("paced"), 1, paced)) {
            String model = cluster.fixture("F16", 1);
            compare("stand-in, 20 ms", cluster, model, PACED_STREAMS, PACED_TOKENS, folder);
            longPrompts(cluster, model, folder);
        }
    }

    private static void compare(
            String what, LocalCluster cluster, String model, int streams, int tokens, Path folder)
            throws IOException, InterruptedException, ExecutionException {
        EngineState engine = cluster.load(model);
        try (Nginx nginx = Nginx.before(engine.base(), folder)) {
            List<Way> ways = ways(cluster, model, engine, nginx);
            for (Way way : ways) {
                for (int warm = 0; warm < WARM_TOKENS; warm += streams * tokens) {
                    atOnce(way, streams, tokens);
                }
            }
            double[] best = new double[ways.size()];
            double[] cpu = new double[ways.size()];
            for (int round = 0; round < ROUNDS; round++) {
                for (int n = 0; n < ways.size(); n++) {
                    double before = ways.get(n).cpuMillis();
                    double seconds = atOnce(ways.get(n), streams, tokens);
                    cpu[n] += ways.get(n).cpuMillis() - before;
                    best[n] = Math.max(best[n], streams * tokens / seconds);
                }
            }
            for (int n = 0; n < ways.size(); n++) {
                System.out.printf(
                        Locale.ROOT,
                        "%s, %d streams, %s: %.0f tokens/s, %.2f of direct; %.1f us of CPU a token%n",
                        what,
                        streams,
                        ways.get(n).name(),
                        best[n],
                        best[n] / best[0],
                        cpu[n] * 1000 / ROUNDS / streams / tokens);
            }
        }
    }

    private static List<Way> ways(
            LocalCluster cluster, String model, EngineState engine, Nginx nginx) {
        return List.of(
                new Way("direct", TokenClient.ofEngine(engine.base(), engine.key()), List.of()),
                new Way(
                        "nginx",
                        TokenClient.ofEngine(nginx.base(), engine.key()),
                        List.of(nginx.worker())),
                new Way(
                        "gateway and agent",
                        TokenClient.ofGateway(cluster.client().base(), model),
                        List.of(cluster.process("gateway").pid(), cluster.agentOf(model).pid())));
    }

    /** Seconds until all streams have ended. */
    private static double atOnce(Way way, int streams, int tokens)
            throws InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<TokenClient.Times>> asks = new ArrayList<>();
            for (int n = 0; n < streams; n++) {
                String prompt = "stream " + n;
                asks.add(() -> way.client().ask(prompt, tokens));
            }
            long begun = System.nanoTime();
            for (Future<TokenClient.Times> ask : threads.invokeAll(asks)) {
                ask.get();
            }
            return Duration.ofNanos(System.nanoTime() - begun).toNanos() / 1e9;
        }
    }

    private static void longPrompts(LocalCluster cluster, String model, Path folder)
            throws IOException, InterruptedException {
        EngineState engine = cluster.load(model);
        String prompt = "caravan ".repeat(LONG_PROMPT_CHARACTERS / 8);
        try (Nginx nginx = Nginx.before(engine.base(), folder)) {
            List<Way> ways = ways(cluster, model, engine, nginx);
            double[] seconds = new double[ways.size()];
            for (int round = 0; round <= LONG_PROMPTS; round++) {
                for (int n = 0; n < ways.size(); n++) {
                    double whole = ways.get(n).client().ask(prompt, 1).wholeMillis() / 1000;
                    seconds[n] += round == 0 ? 0 : whole;
                }
            }
            for (int n = 0; n < ways.size(); n++) {
                System.out.printf(
                        Locale.ROOT,
                        "prompts of 1 MB, %s: %.1f a second, %.2f of direct%n",
                        ways.get(n).name(),
                        LONG_PROMPTS / seconds[n],
                        seconds[0] / seconds[n]);
            }
        }
    }
}
