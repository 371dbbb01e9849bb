package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.e2e.OllamaBinary.Said;
import dev.caravan.gguf.fixture.FixtureWriter;
import dev.caravan.gguf.fixture.RandomModel;
import dev.caravan.gguf.fixture.Script;
import dev.caravan.gguf.fixture.ScriptedModel;
import dev.caravan.gguf.fixture.WeightType;
import dev.caravan.testkit.TestRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ollama's own command, with {@code OLLAMA_HOST} changed and nothing else; by {@code -Pollama}. */
@Tag("ollama")
@AloneOnSharedCluster
class OllamaCommandIT {

    private static final String TEXT = "A caravan crosses the desert.";
    private static final Script PLAIN = Script.once("plain", TEXT);
    private static final Script THOUGHT =
            Script.once("think", "<think>\nLet me see.\n</think>\n\nThe answer is 42.");

    @TempDir private Path folder;
    private final TestRegistry registry = TestRegistry.start();
    private @Nullable OllamaBinary binary;
    private URI gateway = URI.create("http://127.0.0.1:1");
    private String talking = "";

    @BeforeEach
    void makeAModel(LocalCluster cluster) throws IOException {
        binary = new OllamaBinary(folder);
        gateway = cluster.client().base();
        talking = "cli" + cluster.random(1, 1_000_000);
        new FixtureWriter()
                .write(ScriptedModel.saying("cli", PLAIN, THOUGHT), folder.resolve("said.gguf"));
        create(talking, "FROM ./said.gguf");
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    @Test
    void talks() {
        assertThat(type("run", talking, "Say it [[plain]]")).contains(TEXT);
        assertThat(ollama().pipe("From a pipe [[plain]]", gateway, "run", talking).well())
                .contains(TEXT);
        Said figures = ollama().say(gateway, "run", "--verbose", talking, "[[plain]]");
        assertThat(figures.well()).contains(TEXT);
        assertThat(figures.err())
                .containsPattern("prompt eval count: +\\d+ token")
                .containsPattern("eval count: +\\d+ token")
                .containsPattern("total duration: +\\S+s");
    }

    @Test
    void tellsThoughtsFromAnswers() {
        assertThat(type("run", "--think", talking, "[[think]]"))
                .contains("Thinking...", "Let me see.", "...done thinking.", "The answer is 42.");
        assertThat(type("run", "--hidethinking", talking, "[[think]]"))
                .contains("The answer is 42.")
                .doesNotContain("Let me see.");
        assertThat(type("run", "--think=false", talking, "[[plain]]")).contains(TEXT);
    }

    @Test
    void asksForJson(LocalCluster cluster) {
        String random = cluster.fixture("F16", 21);
        create(random + "-short", "FROM " + random + "\nPARAMETER num_predict 30");

        assertThat(type("run", "--format", "json", random + "-short", "x").strip()).startsWith("{");
    }

    @Test
    void embeds(LocalCluster cluster) {
        assertThat(type("run", cluster.oftenEmbedding(), "hello").strip())
                .startsWith("[")
                .endsWith("]");
    }

    @Test
    void listsLoadsAndStops() {
        type("run", "--keepalive", "7m", talking, "[[plain]]");

        assertThat(type("list")).contains("NAME", talking + ":latest");
        assertThat(type("ps"))
                .contains("NAME", talking + ":latest", "100% CPU", "6 minutes from now");
        type("stop", talking);
        Awaitility.await("it is gone")
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(type("ps")).doesNotContain(talking));
    }

    @Test
    void makesAModelOfAModelfileAndShowsIt() {
        String name = talking + "-made";
        create(
                name,
                """
                FROM %s
                TEMPLATE \"""{{ .System }} {{ .Prompt }}[[plain]]\"""
                SYSTEM Be kind.
                PARAMETER temperature 0.25
                PARAMETER stop zz
                MESSAGE user hi
                MESSAGE assistant ho
                LICENSE \"""MIT
                second line\"""
                """
                        .formatted(talking));

        assertThat(type("show", name))
                .containsPattern("architecture +llama")
                .containsPattern("context length +32768")
                .containsPattern("temperature +0.25")
                .contains("Capabilities", "completion", "Be kind.", "MIT");
        assertThat(type("show", "--template", name))
                .contains("{{ .System }} {{ .Prompt }}[[plain]]");
        assertThat(type("show", "--system", name)).contains("Be kind.");
        assertThat(type("show", "--parameters", name))
                .containsPattern("temperature +0.25")
                .containsPattern("stop +\"zz\"");
        assertThat(type("show", "--license", name)).contains("MIT", "second line");
        assertThat(type("show", "--verbose", name)).contains("general.architecture", "Tensors");
        String modelfile = type("show", "--modelfile", name);
        assertThat(modelfile)
                .contains("SYSTEM Be kind.", "PARAMETER stop zz", "MESSAGE assistant ho");
        assertThat(type("run", name, "x")).contains(TEXT);
    }

    @Test
    void quantizes() throws IOException {
        new FixtureWriter()
                .write(
                        RandomModel.named("cli").withLayers(2).withType(WeightType.F32),
                        folder.resolve("whole.gguf"));
        String name = talking + "-small";
        Files.writeString(folder.resolve("Modelfile"), "FROM ./whole.gguf\n");

        type("create", name, "--quantize", "q8_0", "-f", "Modelfile");

        assertThat(type("show", name)).containsPattern("quantization +Q8_0");
    }

    @Test
    void copiesAndRemoves() {
        assertThat(type("cp", talking, talking + "-copy")).contains("copied");
        assertThat(type("list")).contains(talking + "-copy:latest");
        assertThat(type("rm", talking + "-copy")).contains("deleted");
        assertThat(type("list")).doesNotContain(talking + "-copy");
    }

    @Test
    void pullsAndPushes(LocalCluster cluster) throws IOException {
        String there = ClientModels.pulled(cluster, registry, folder);

        assertThat(ollama().say(gateway, "pull", "--insecure", there).exit()).isZero();
        assertThat(type("list")).contains(there);
        String pushed = registry.host() + "/mine/" + talking + ":latest";
        type("cp", talking, pushed);
        assertThat(ollama().say(gateway, "push", "--insecure", pushed).exit()).isZero();
        assertThat(registry.manifest("mine/" + talking + ":latest")).isPresent();
    }

    @Test
    void saysWhatIsNotThere() {
        for (String verb : new String[] {"show", "rm", "stop"}) {
            Said said = ollama().say(gateway, verb, "no-such-model");
            assertThat(said.exit()).as(verb).isEqualTo(1);
            assertThat(said.out() + said.err()).contains("no-such-model");
        }
    }

    private void create(String name, String modelfile) {
        try {
            Files.writeString(folder.resolve("Modelfile"), modelfile);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        assertThat(ollama().say(gateway, "create", name, "-f", "Modelfile").exit()).isZero();
    }

    private OllamaBinary ollama() {
        return Objects.requireNonNull(binary);
    }

    private String type(String... words) {
        return ollama().say(gateway, words).well();
    }
}
