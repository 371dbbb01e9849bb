package dev.caravan.benchmarks;

import dev.caravan.e2e.EngineState;
import dev.caravan.e2e.LocalCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * What the suite costs beside the engine alone, both measured in one run, in turn: added time to
 * first token, CPU of gateway and agent for each request and token, start-up, memory and CPU when
 * idle. Prints one line a figure.
 */
public final class SuiteBenchmark {

    private static final int ROUNDS = 30;
    private static final int TOKENS = 200;

    private SuiteBenchmark() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path home = Path.of("target", "bench").toAbsolutePath();
        startWithoutCaches(home.resolveSibling("bench-plain"));
        try (LocalCluster cluster = LocalCluster.start(home, 2)) {
            startWithCaches(cluster);
            overhead(cluster);
            idle(cluster);
        }
    }

    /** Both starts end with the demo model's first answer on the terminal. */
    private static void startWithoutCaches(Path home) {
        Instant begun = Instant.now();
        try {
            done(
                    LocalCluster.caravan(
                            home,
                            "up",
                            "--agents",
                            "2",
                            "--gateway-port",
                            "0",
                            "--registry-port",
                            "0",
                            "--aot",
                            "off"));
            print("up to the first answer, no start-up caches", since(begun), "s");
        } finally {
            done(LocalCluster.caravan(home, "down"));
        }
    }

    private static void startWithCaches(LocalCluster cluster) {
        done(cluster.caravan("down"));
        done(cluster.up("--aot", "now"));
        done(cluster.caravan("down"));
        Instant begun = Instant.now();
        done(cluster.up());
        print("up to the first answer, with start-up caches", since(begun), "s");
    }

    private static void done(LocalCluster.Said said) {
        if (said.exit() != 0) {
            throw new IllegalStateException(said.text());
        }
    }

    private static void overhead(LocalCluster cluster) throws IOException, InterruptedException {
        String model = cluster.fixture("F16", 1);
        EngineState engine = cluster.load(model);
        long gateway = cluster.process("gateway").pid();
        long agent = cluster.agentOf(model).pid();
        TokenClient direct = TokenClient.ofEngine(engine.base(), engine.key());
        TokenClient suite = TokenClient.ofGateway(cluster.client().base(), model);
        for (int warmUp = 0; warmUp < ROUNDS; warmUp++) {
            direct.ask(cluster.longText(12), TOKENS);
            suite.ask(cluster.longText(12), TOKENS);
        }

        List<Double> directFirst = new ArrayList<>();
        List<Double> suiteFirst = new ArrayList<>();
        List<Double> directWhole = new ArrayList<>();
        List<Double> suiteWhole = new ArrayList<>();
        Duration gatewayBefore = ProcessFigures.cpu(gateway);
        Duration agentBefore = ProcessFigures.cpu(agent);
        for (int round = 0; round < ROUNDS; round++) {
            String prompt = cluster.longText(12);
            TokenClient.Times alone = direct.ask(prompt, TOKENS);
            TokenClient.Times through = suite.ask(cluster.longText(12), TOKENS);
            directFirst.add(alone.firstMillis());
            suiteFirst.add(through.firstMillis());
            directWhole.add(alone.wholeMillis());
            suiteWhole.add(through.wholeMillis());
        }
        double gatewayMillis = ProcessFigures.cpu(gateway).minus(gatewayBefore).toMillis();
        double agentMillis = ProcessFigures.cpu(agent).minus(agentBefore).toMillis();

        print("time to first token, engine alone, median", median(directFirst), "ms");
        print("time to first token, through the suite, median", median(suiteFirst), "ms");
        print("added time to first token, median", median(suiteFirst) - median(directFirst), "ms");
        print(
                TOKENS + " tokens, suite against engine alone, ratio of medians",
                median(suiteWhole) / median(directWhole),
                "");
        print("gateway CPU a request of " + TOKENS + " tokens", gatewayMillis / ROUNDS, "ms");
        print("agent CPU a request of " + TOKENS + " tokens", agentMillis / ROUNDS, "ms");
        print("gateway CPU a token", gatewayMillis * 1000 / ROUNDS / TOKENS, "us");
        print("agent CPU a token", agentMillis * 1000 / ROUNDS / TOKENS, "us");

        Duration gatewayShort = ProcessFigures.cpu(gateway);
        Duration agentShort = ProcessFigures.cpu(agent);
        for (int round = 0; round < ROUNDS * 5; round++) {
            suite.ask("hello", 1);
        }
        print(
                "gateway CPU a request of 1 token",
                (double) ProcessFigures.cpu(gateway).minus(gatewayShort).toMillis() / (ROUNDS * 5),
                "ms");
        print(
                "agent CPU a request of 1 token",
                (double) ProcessFigures.cpu(agent).minus(agentShort).toMillis() / (ROUNDS * 5),
                "ms");
    }

    private static void idle(LocalCluster cluster) throws InterruptedException {
        // the work that follows a load is not idleness
        TimeUnit.MINUTES.sleep(1);
        List<LocalCluster.Process> processes = cluster.processes();
        List<Duration> before =
                processes.stream().map(process -> ProcessFigures.cpu(process.pid())).toList();
        long seconds = 30;
        TimeUnit.SECONDS.sleep(seconds);
        double cpuMillis = 0;
        long resident = 0;
        long proportional = 0;
        for (int n = 0; n < processes.size(); n++) {
            LocalCluster.Process process = processes.get(n);
            cpuMillis += ProcessFigures.cpu(process.pid()).minus(before.get(n)).toMillis();
            long mebibytes = ProcessFigures.residentMebibytes(process.pid());
            resident += mebibytes;
            proportional += ProcessFigures.proportionalMebibytes(process.pid());
            print("resident, idle, " + process.name(), mebibytes, "MiB");
        }
        print("resident, idle, all processes but engines", resident, "MiB");
        print("the same, pages that several share counted once", proportional, "MiB");
        print("CPU, idle, all processes but engines", cpuMillis / seconds / 10, "% of a core");
    }

    private static double since(Instant begun) {
        return Duration.between(begun, Instant.now()).toMillis() / 1000.0;
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    private static void print(String what, double value, String unit) {
        System.out.println(
                String.format(Locale.ROOT, "%-64s %10.2f %s", what, value, unit).stripTrailing());
    }
}
