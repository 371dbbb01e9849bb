package dev.caravan.engine;

import dev.caravan.engine.process.ExitStatus;
import dev.caravan.engine.process.ProcessLauncher;
import dev.caravan.engine.process.ProcessSpec;
import dev.caravan.engine.source.EngineException;
import dev.caravan.gguf.fixture.FixtureWriter;
import dev.caravan.gguf.fixture.RandomModel;
import dev.caravan.gguf.fixture.WeightType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/** A folder with a tiny model in which engines are started, asked for one token and ended. */
final class ProbeBench implements AutoCloseable {

    private static final long LOG_BYTES = 1024 * 1024;
    private static final String LOOPBACK = "127.0.0.1";
    private static final String MODEL = "probe.gguf";

    private final Path folder;
    private final ProcessLauncher launcher;
    private final String key = UUID.randomUUID().toString();

    ProbeBench(Path folder) throws IOException {
        this.folder = folder;
        new FixtureWriter()
                .write(
                        new RandomModel("probe", 2, 64, 192, 512, 256, 1, WeightType.F32, false),
                        folder.resolve(MODEL));
        this.launcher = ProcessLauncher.open(folder.resolve("run"));
    }

    /**
     * What an engine told while it made a token.
     *
     * @param buildInfo as {@code /props} tells it
     * @param backends that it loaded
     */
    record Answer(String buildInfo, List<Backend> backends) {}

    /** What {@code --version} says. */
    String version(Path server) throws IOException {
        try (ProbeProcess process = start("version", List.of(server.toString(), "--version"))) {
            ExitStatus status = process.end();
            if (status.code() != 0) {
                throw process.failure("--version failed: " + status.describe());
            }
            return EngineLog.version(process.lines())
                    .orElseThrow(() -> process.failure("no version: " + status.describe()));
        }
    }

    /** Starts an engine on its own, has it make one token, and ends it. */
    Answer whole(Path server) throws IOException {
        return answer(server, List.of());
    }

    /**
     * Starts an rpc-server and an engine that has all layers on it, for one token.
     *
     * @return the RPC protocol's version
     */
    String split(Path server, Path rpcServer) throws IOException {
        String port = Integer.toString(freePort());
        List<String> command = List.of(rpcServer.toString(), "-H", LOOPBACK, "-p", port, "-t", "1");
        try (ProbeProcess member = start("rpc", command)) {
            String protocol = member.await(() -> EngineLog.rpcProtocol(member.lines()));
            member.await(() -> Optional.of(port).filter(ProbeBench::accepts));
            answer(server, List.of("--rpc", LOOPBACK + ":" + port, "-ngl", "99"));
            return protocol;
        }
    }

    @Override
    public void close() {
        launcher.close();
    }

    private Answer answer(Path server, List<String> arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(server.toString(), "-m", folder.resolve(MODEL).toString()));
        command.addAll(List.of("--host", LOOPBACK, "--port", "0", "-c", "128", "-np", "1"));
        command.addAll(List.of("-t", "1", "-fit", "off", "--no-ui", "--offline"));
        // At 4 the log names the backends that are loaded.
        command.addAll(List.of("--sse-ping-interval", "1", "-lv", "4"));
        command.addAll(arguments);
        try (ProbeProcess process = start("server", command);
                EngineClient client = new EngineClient(process.await(() -> port(process)), key)) {
            process.await(() -> Optional.of(client).filter(EngineClient::isHealthy));
            return oneToken(process, client);
        }
    }

    private static Answer oneToken(ProbeProcess process, EngineClient client) {
        try {
            client.completeOneToken();
            return new Answer(client.buildInfo(), EngineLog.backends(process.lines()));
        } catch (IOException e) {
            String status = process.kill().describe();
            EngineException failure = process.failure("no token: %s; %s".formatted(e, status));
            failure.initCause(e);
            throw failure;
        }
    }

    private ProbeProcess start(String name, List<String> command) throws IOException {
        return new ProbeProcess(
                launcher.start(
                        new ProcessSpec(
                                command,
                                Map.of("LLAMA_API_KEY", key),
                                folder,
                                folder.resolve(name + ".log"),
                                LOG_BYTES)));
    }

    private static Optional<Integer> port(ProbeProcess process) {
        OptionalInt port = EngineLog.httpPort(process.lines());
        return port.isPresent() ? Optional.of(port.getAsInt()) : Optional.empty();
    }

    private static boolean accepts(String port) {
        try (Socket socket = new Socket(LOOPBACK, Integer.parseInt(port))) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
            return socket.getLocalPort();
        }
    }
}
