package dev.caravan.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A stand-in that speaks llama-server's stream at a steady pace and computes nothing, for figures
 * of what passes bytes on; no test and no user meets it. Its tokens are all the same word.
 */
public final class PacedEngine {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String PACE = "CARAVAN_BENCH_PACE_MICROS";

    private PacedEngine() {}

    /**
     * A folder that an agent takes for llama.cpp: replicas are paced, all else is the real engine.
     *
     * @param real folder of the real engine's programs
     */
    static Path install(Path folder, Path real) throws IOException {
        Files.createDirectories(folder);
        for (String program : List.of("llama-server", "rpc-server", "llama-quantize")) {
            String java = ProcessHandle.current().info().command().orElseThrow();
            String paced =
                    program.equals("llama-server")
                            ? "case \" $* \" in *\" -a \"*) exec '%s' -Xmx256m -cp '%s' %s;; esac\n"
                                    .formatted(java, classPath(), PacedEngine.class.getName())
                            : "";
            Path script = folder.resolve(program);
            Files.writeString(
                    script,
                    "#!/bin/sh\n%sexec '%s' \"$@\"\n".formatted(paced, real.resolve(program)));
            if (!script.toFile().setExecutable(true)) {
                throw new IOException(script + " cannot be made executable");
            }
        }
        return folder;
    }

    /** The engine is started in a folder of its own. */
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    public static void main(String[] arguments) throws IOException {
        long pace = Long.parseLong(System.getenv().getOrDefault(PACE, "20000")) * 1000;
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/health", exchange -> answer(exchange, "{\"status\":\"ok\"}"));
        server.createContext("/slots", exchange -> answer(exchange, "[]"));
        server.createContext("/tokenize", exchange -> answer(exchange, "{\"tokens\":[1]}"));
        server.createContext(
                "/apply-template", exchange -> answer(exchange, "{\"prompt\":\"word\"}"));
        server.createContext("/completion", exchange -> complete(exchange, pace));
        server.start();
        System.out.printf(
                "paced stand-in, listening on http://127.0.0.1:%d%n",
                server.getAddress().getPort());
    }

    private static void answer(HttpExchange exchange, String json) throws IOException {
        byte[] body = json.getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static void complete(HttpExchange exchange, long pace) throws IOException {
        JsonNode request = JSON.readTree(exchange.getRequestBody());
        int tokens = request.path("n_predict").asInt();
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            long due = System.nanoTime();
            for (int token = 1; token <= tokens; token++) {
                due += pace;
                LockSupport.parkNanos(due - System.nanoTime());
                event(
                        out,
                        "{\"index\":0,\"content\":\" word\",\"tokens\":[42],\"stop\":false,"
                                + "\"id_slot\":-1,\"tokens_predicted\":%d,\"tokens_evaluated\":1}"
                                        .formatted(token));
            }
            event(
                    out,
                    ("{\"index\":0,\"content\":\"\",\"tokens\":[],\"stop\":true,\"stop_type\":\"limit\","
                                    + "\"tokens_predicted\":%d,\"timings\":{\"cache_n\":0,\"prompt_n\":1,"
                                    + "\"prompt_ms\":1.0,\"predicted_n\":%d,\"predicted_ms\":%d}}")
                            .formatted(tokens, tokens, tokens * pace / 1_000_000));
        }
    }

    private static void event(OutputStream out, String json) throws IOException {
        out.write(("data: " + json + "\n\n").getBytes(UTF_8));
        out.flush();
    }
}
