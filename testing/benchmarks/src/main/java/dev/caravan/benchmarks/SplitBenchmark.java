package dev.caravan.benchmarks;

import dev.caravan.e2e.Relay;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Tokens a second of one model whole, split over two and over three hosts, on links of 0, 1 and 5
 * ms one way; each split by the suite, whose agents carry the bytes, and by the same engine with no
 * Caravan near it. All that is compared runs side by side and is asked in turn.
 *
 * <p>The hosts are agents in network namespaces, which needs root; a relay before each is its link.
 */
public final class SplitBenchmark {

    private static final int ROUNDS = 3;
    private static final int TOKENS = 48;
    private static final int HOSTS = 3;
    private static final List<Integer> LINK_MILLIS = List.of(0, 1, 5);

    private SplitBenchmark() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path targets = Files.createDirectories(Path.of("target").toAbsolutePath());
        Path folder = Files.createTempDirectory(targets, "bench-split-");
        try (RelayedCluster cluster = RelayedCluster.start(folder, HOSTS)) {
            String model = cluster.fixture("--layers", "12", "--width", "1280", "--seed", "7");
            for (int hosts = 2; hosts <= HOSTS; hosts++) {
                compare(cluster, model, hosts, folder);
            }
        }
    }

    private static void compare(RelayedCluster cluster, String model, int hosts, Path folder)
            throws IOException, InterruptedException {
        cluster.setDelay(Duration.ZERO);
        RelayedCluster.Split split = cluster.loadSplit(model, hosts);
        EngineProcess head = split.head();
        System.out.printf(
                Locale.ROOT,
                "model file %d MB, over %d hosts, %s threads each%n",
                Files.size(Path.of(head.option("-m"))) / 1_000_000,
                hosts,
                head.option("-t"));
        List<Relay> links = new ArrayList<>();
        try (DirectSplit direct = DirectSplit.of(head, split.members(), links, folder);
                DirectSplit whole = DirectSplit.whole(head, folder)) {
            TokenClient alone = TokenClient.ofEngine(whole.base(), "none");
            TokenClient plain = TokenClient.ofEngine(direct.base(), "none");
            URI gateway = cluster.gateway();
            TokenClient suite = TokenClient.ofGateway(gateway, model);
            for (int millis : LINK_MILLIS) {
                Duration delay = Duration.ofMillis(millis);
                cluster.setDelay(delay);
                links.forEach(link -> link.delay(delay));
                double[] rates = rates(alone, plain, suite);
                System.out.printf(
                        Locale.ROOT,
                        "%d hosts, links of %d ms: tokens/s whole %.1f, split direct %.1f, split"
                                + " by the suite %.1f; suite/direct %.2f, suite/whole %.2f%n",
                        hosts,
                        millis,
                        rates[0],
                        rates[1],
                        rates[2],
                        rates[2] / rates[1],
                        rates[2] / rates[0]);
            }
        }
        for (Relay link : links) {
            link.close();
        }
        cluster.unload(model);
    }

    /** The best of the rounds for each, in turn; other work on the machine only makes it slower. */
    private static double[] rates(TokenClient... clients) throws IOException, InterruptedException {
        double[] best = new double[clients.length];
        for (int round = 0; round < ROUNDS; round++) {
            for (int n = 0; n < clients.length; n++) {
                TokenClient.Times times = clients[n].ask("the caravan moves on " + round, TOKENS);
                double seconds = (times.wholeMillis() - times.firstMillis()) / 1000;
                best[n] = Math.max(best[n], (TOKENS - 1) / seconds);
            }
        }
        return best;
    }
}
