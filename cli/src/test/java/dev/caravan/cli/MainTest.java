package dev.caravan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.cli.cluster.Home;
import dev.caravan.gguf.GgufFacts;
import dev.caravan.gguf.GgufFile;
import dev.caravan.gguf.GgufReader;
import dev.caravan.wire.WireJson;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class MainTest {

    @TempDir private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "up --agents 0            | --agents: 0 (expected: 1 to 64; --role control has none)",
                "up --gateway-port 70000  | --gateway-port: 70000 (expected: 0 to 65535)",
                "up --role control --agents 2 | --agents: 2 (expected: left out with --role control",
                "up --role agent          | --join: not given",
                "up --role agent --agents 1 --join h | --role agent: with --agents",
                "up --role cook           | Invalid value for option '--role'",
                "up --join h              | --join: given without --role agent (expected: ./caravan agent --join",
                "up --bind 198.51.100.7   | --bind: 198.51.100.7 (expected: one address of this machine: ",
                "up --bind 0.0.0.0        | --bind: 0.0.0.0 (expected: one address of this machine: ",
                "up --bind here           | --bind: here (expected: one address of this machine: ",
                "up --agent-memory much   | --agent-memory: much (expected: more than zero, such as 12GB or 512MiB)",
                "up --agent-memory 0GB    | --agent-memory: 0GB (expected: more than zero",
                "agent                    | --join: not given (expected: --join HOST[:PORT]",
                "agent --join h           | --token: not given (expected: --token FILE, or CARAVAN_TOKEN_FILE or CARAVAN_TOKEN in the environment; ./caravan up wrote",
                "agent --join h --token /no/such | --token: /no/such cannot be read",
                "agent --join h:99999     | --join: h:99999 (expected: HOST or HOST:PORT",
                "agent --join h --advertise 10.0.0.1 --interface eth0 | --advertise and --interface: both given",
                "agent --join h --ollama x --ollama-command y | --ollama and --ollama-command: both given (expected: one of them)",
                "up --ollama-command y    | --ollama-command: given without --role agent (expected: ./caravan agent",
                "agent --join h --bind 0.0.0.0 --token /no/such | --token: /no/such cannot be read",
                "agent --join h --bind 198.51.100.7 | --bind: 198.51.100.7 (expected: one address of this machine: ",
                "up --agents many         | Invalid value for option '--agents'",
                "up --aot sometimes       | Invalid value for option '--aot'",
                "fixture                  | Missing required parameter: 'NAME'",
                "fixture f --type Q5_1    | type: Q5_1 (expected one of: [F32, F16, Q8_0, Q4_K_M])",
                "fixture f --layers 0     | layers: 0 (expected: 1 to 512)",
                "fixture f --width 100    | width: 100 (expected: 32 to 16384, a multiple of 32)",
                "fixture f --type q4_k_m --width 320 | width: 320, feed-forward: 960 (expected for Q4_K_M: multiples of 256",
                "fixture f --endless      | --endless: no text (expected: --say TEXT beside it",
                "fixture f --say x --width 64 | --width: 64 with --say (expected: one of the two",
                "fixture f --say x --seed 2 | --seed: 2 with --say (expected: one of the two",
                "fixture f --say x --layers 513 | layers: 513 (expected: 1 to 512)",
                "fixture f --say=         | text: 0 bytes (expected: 1 to 65536)",
                "plan                     | Missing required parameter: 'MODEL'",
                "plan m --context 0       | --context: 0 (expected: >= 1)",
                "plan m --force a-b       | --force: a-b (expected: AGENT=FIRST-LAST",
                "policy m exact           | exact: no change (expected: KEY=VALUE",
                "policy m colour=red      | colour: unknown key (expected one of",
                "run model                | prompt: empty",
                "dance                    | Unmatched argument",
                "engine                   | expected: install or status",
            })
    void refusesWrongUseWithOneSentenceAndCodeTwo(String arguments, String sentence) {
        int code = run(arguments.split(" "));

        assertThat(code).isEqualTo(CliException.USAGE);
        assertThat(err.toString()).startsWith("caravan: ").contains(sentence);
        assertThat(err.toString()).doesNotContain("\tat ");
    }

    @Test
    void saysThatNothingIsUp() {
        assertThat(run("status")).isEqualTo(CliException.NOT_UP);
        assertThat(err.toString()).contains("nothing is up; start with: ./caravan up");
        assertThat(run("down")).isZero();
        assertThat(run("logs")).isEqualTo(CliException.NOT_UP);
    }

    @Test
    void saysToProgramsThatNothingIsUp() {
        assertThat(run("status", "--json")).isEqualTo(CliException.NOT_UP);
        assertThat(WireJson.mapper().readTree(out.toByteArray()).path("up").asBoolean(true))
                .isFalse();
    }

    @Test
    void namesTheFaultOfAFileThatIsNoModel() throws Exception {
        Path file = Files.writeString(folder.resolve("letter.gguf"), "Dear all, this is no model.");

        int code = run("import", "name", file.toString());

        assertThat(code).isEqualTo(CliException.FAILED);
        assertThat(err.toString()).contains("letter.gguf: not a GGUF file: starts with \"Dear\"");
        assertThat(run("import", "name", folder.resolve("nothing").toString()))
                .isEqualTo(CliException.FAILED);
    }

    @Test
    void writesAModelThatSaysAText() throws Exception {
        Path file = folder.resolve("tale.gguf");

        int code = run("fixture", "tale", "--say", "Once.", "--layers", "3", "--output", "" + file);

        assertThat(code).describedAs(err.toString()).isZero();
        GgufFile written = new GgufReader().read(file);
        assertThat(GgufFacts.of(written).layers()).isEqualTo(3);
        assertThat(written.text("tokenizer.chat_template").orElseThrow()).contains("'text'");
    }

    @Test
    void saysHowToGetAGatewayWhereNoneAnswers() {
        int code = run("run", "--endpoint", "127.0.0.1:1", "model", "hello");

        assertThat(code).isEqualTo(CliException.FAILED);
        assertThat(err.toString())
                .contains("http://127.0.0.1:1:")
                .contains("start one with: ./caravan up");
    }

    @Test
    void showsWhereAFailureComesFromWhenAsked() {
        run("-v", "run", "--endpoint", "127.0.0.1:1", "model", "hello");

        assertThat(err.toString()).contains("\tat ");
    }

    private int run(String... arguments) {
        Home home = new Home(folder, folder.resolve("state"));
        CliContext context =
                new CliContext(
                        home,
                        Map.of(),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new ByteArrayInputStream(new byte[0]));
        CommandLine line = Main.commandLine(context);
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }
}
