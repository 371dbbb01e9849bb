package dev.caravan.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Machines with networks of their own: Linux network namespaces on one switch, which this process
 * is plugged into as well. Needs root. All names begin with a prefix of this run; everything is
 * taken away by {@link #close}, and by a shutdown hook where a test run is interrupted, the
 * processes inside included.
 */
public final class Namespaces implements AutoCloseable {

    private static final int COMMAND_SECONDS = 20;

    /** The card of each machine that is plugged into the switch. */
    public static final String CARD = "lan0";

    private static final String SWITCH = "sw0";

    /** Of the range that is set aside for measuring networks (RFC 2544). */
    private static final String FAR = "198.18";

    /**
     * Each packet arrives later; or packets wait in a queue, for as long as others are before them,
     * and are lost where it is full.
     */
    private static final List<String> SLOW_WAYS =
            List.of("netem delay 200ms", "tbf rate 64kbit burst 4kb latency 400ms");

    private static final int FIRST_HOST = 11;
    private static final int OURS = 254;

    /** What a command said; both outputs together. */
    public record Said(int exit, String text) {}

    private final String prefix;
    private final String net;
    private final String hub;
    private final Map<String, Integer> machines = new LinkedHashMap<>();
    private final Thread hook = new Thread(this::remove, "remove-namespaces");
    private int cards;

    private Namespaces(String prefix, String net) {
        this.prefix = prefix;
        this.net = net;
        this.hub = prefix + "hub";
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Why there can be none here, found out by trying; empty where there can. */
    public static Optional<String> missing() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return Optional.of("network namespaces need root (this is another user)");
        }
        try (Namespaces trial = create()) {
            trial.add("a");
            return Optional.empty();
        } catch (IllegalStateException | UncheckedIOException lacking) {
            return Optional.of("network namespaces cannot be made here: " + lacking.getMessage());
        }
    }

    public static Namespaces create() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        String prefix = "cv" + Integer.toString(random.nextInt(36 * 36, 36 * 36 * 36), 36);
        String net = "10.%d.%d".formatted(random.nextInt(200, 250), random.nextInt(1, 250));
        Namespaces made = new Namespaces(prefix, net);
        try {
            made.ip("netns", "add", made.hub);
            made.ip("-n", made.hub, "link", "set", "lo", "up");
            made.ip("-n", made.hub, "link", "add", SWITCH, "type", "bridge");
            made.ip("-n", made.hub, "link", "set", SWITCH, "up");
            made.plug("", prefix + "x", OURS);
            return made;
        } catch (RuntimeException failed) {
            made.close();
            throw failed;
        }
    }

    /** A new machine with loopback and a card on the switch. */
    public void add(String machine) {
        bare(machine);
        plug(machine);
    }

    /** A new machine with nothing but loopback. */
    public void bare(String machine) {
        machines.put(machine, FIRST_HOST + machines.size());
        ip("netns", "add", namespace(machine));
        ip("-n", namespace(machine), "link", "set", "lo", "up");
    }

    /** Gives a machine its card on the switch. */
    public void plug(String machine) {
        plug(namespace(machine), CARD, host(machine));
    }

    /** A card whose other end is in the hub; an empty namespace is that of this process. */
    private void plug(String namespace, String card, int host) {
        String port = "p" + host;
        ip("-n", hub, "link", "add", port, "type", "veth", "peer", "name", prefix + "y" + host);
        if (namespace.isEmpty()) {
            ip("-n", hub, "link", "set", prefix + "y" + host, "netns", "1");
            ip("link", "set", prefix + "y" + host, "name", card);
            ip("addr", "add", net + "." + host + "/24", "dev", card);
            ip("link", "set", card, "up");
        } else {
            ip("-n", hub, "link", "set", prefix + "y" + host, "netns", namespace);
            ip("-n", namespace, "link", "set", prefix + "y" + host, "name", card);
            ip("-n", namespace, "addr", "add", net + "." + host + "/24", "dev", card);
            ip("-n", namespace, "link", "set", card, "up");
        }
        ip("-n", hub, "link", "set", port, "master", SWITCH);
        ip("-n", hub, "link", "set", port, "up");
    }

    /**
     * A further card, in a network that none of the others is in; the machine's default route goes
     * through it, as through the wrong one of two cards.
     *
     * @param address with the length of its prefix, {@code 10.66.0.2/24}
     */
    public void addWrongCard(String machine, String card, String address, String gateway) {
        String far = "w" + (++cards);
        ip("-n", hub, "link", "add", far, "type", "veth", "peer", "name", prefix + "z" + cards);
        ip("-n", hub, "link", "set", prefix + "z" + cards, "netns", namespace(machine));
        ip("-n", hub, "link", "set", far, "up");
        ip("-n", namespace(machine), "link", "set", prefix + "z" + cards, "name", card);
        ip("-n", namespace(machine), "addr", "add", address, "dev", card);
        ip("-n", namespace(machine), "link", "set", card, "up");
        ip("-n", namespace(machine), "route", "add", "default", "via", gateway);
    }

    /**
     * A further address of the machine that is an address of this process's own network too: the
     * others reach the machine there only through what listens here.
     */
    public String addFarAddress(String machine) {
        String far = FAR + "." + host(machine) + ".1";
        ip("-n", namespace(machine), "addr", "add", far + "/32", "dev", CARD);
        ip("addr", "add", far + "/32", "dev", prefix + "x");
        for (String other : machines.keySet()) {
            String way = net + "." + OURS;
            ip("-n", namespace(other), "route", "replace", FAR + ".0.0/16", "via", way);
        }
        return far;
    }

    /** A bridge as container engines make them. */
    public void addBridge(String machine, String name, String address) {
        ip("-n", namespace(machine), "link", "add", name, "type", "bridge");
        ip("-n", namespace(machine), "addr", "add", address, "dev", name);
        ip("-n", namespace(machine), "link", "set", name, "up");
    }

    /** The machine's address on the switch. */
    public String address(String machine) {
        return net + "." + host(machine);
    }

    /** Pulls the plug: packets are lost, nobody is told. */
    public void cut(String machine) {
        ip("-n", hub, "link", "set", "p" + host(machine), "down");
    }

    /** Undoes {@link #cut}. */
    public void mend(String machine) {
        ip("-n", hub, "link", "set", "p" + host(machine), "up");
    }

    /**
     * Makes the machine's card slow in both directions until {@link #unslow}.
     *
     * @return how, for people; empty where neither way is known here
     */
    public Optional<String> slow(String machine) {
        return SLOW_WAYS.stream()
                .filter(way -> tc(hub, "p" + host(machine), "replace", way))
                .filter(way -> tc(namespace(machine), CARD, "replace", way))
                .findFirst();
    }

    /** What the queue of {@link #slow} counts of that which the machine sent. */
    public String slowed(String machine) {
        return run(
                        List.of("tc", "-s", "-n", namespace(machine), "qdisc", "show", "dev", CARD),
                        Map.of(),
                        COMMAND_SECONDS)
                .text();
    }

    /** Undoes {@link #slow}. */
    public void unslow(String machine) {
        tc(hub, "p" + host(machine), "del", "");
        tc(namespace(machine), CARD, "del", "");
    }

    private static boolean tc(String namespace, String card, String what, String way) {
        List<String> command =
                new ArrayList<>(List.of("tc", "-n", namespace, "qdisc", what, "dev", card, "root"));
        if (!way.isEmpty()) {
            command.addAll(List.of(way.split(" ")));
        }
        return run(command, Map.of(), COMMAND_SECONDS).exit() == 0;
    }

    /** What has to stand before a command so that it runs on the machine. */
    public List<String> on(String machine) {
        return List.of("ip", "netns", "exec", namespace(machine));
    }

    /**
     * Runs a command on the machine and waits for its end.
     *
     * @param environment added to this process's own
     * @throws IllegalStateException where it takes longer than {@code seconds}
     */
    public Said run(
            String machine, Map<String, String> environment, int seconds, List<String> command) {
        List<String> words = new ArrayList<>(on(machine));
        words.addAll(command);
        return run(words, environment, seconds);
    }

    private String namespace(String machine) {
        return prefix + machine;
    }

    private int host(String machine) {
        Integer host = machines.get(machine);
        if (host == null) {
            throw new IllegalArgumentException(
                    "machine: %s (expected: one of %s)".formatted(machine, machines.keySet()));
        }
        return host;
    }

    private void ip(String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        Said said = run(command, Map.of(), COMMAND_SECONDS);
        if (said.exit() != 0) {
            throw new IllegalStateException(String.join(" ", command) + ": " + said.text().strip());
        }
    }

    private static Said run(List<String> command, Map<String, String> environment, int seconds) {
        try {
            Path said = Files.createTempFile("caravan-", ".out");
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(said.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            process.getOutputStream().close();
            boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
            String text = Files.readString(said);
            Files.delete(said);
            if (!ended) {
                throw new IllegalStateException(
                        "%s: not done in %d s:\n%s"
                                .formatted(String.join(" ", command), seconds, text));
            }
            return new Said(process.exitValue(), text);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    /** A namespace lives as long as its last process: those go first. */
    private synchronized void remove() {
        List<String> all =
                new ArrayList<>(machines.keySet().stream().map(this::namespace).toList());
        all.add(hub);
        for (String namespace : all) {
            run(List.of("ip", "netns", "pids", namespace), Map.of(), COMMAND_SECONDS)
                    .text()
                    .lines()
                    .filter(line -> line.matches("\\d+"))
                    .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream())
                    .forEach(ProcessHandle::destroyForcibly);
            run(List.of("ip", "netns", "del", namespace), Map.of(), COMMAND_SECONDS);
        }
        machines.clear();
    }

    @Override
    public void close() {
        remove();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException endingAlready) {
            // the hook finds nothing left to do
            return;
        }
    }
}
