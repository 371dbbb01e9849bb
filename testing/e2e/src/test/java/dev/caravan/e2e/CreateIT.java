package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.gguf.fixture.FixtureWriter;
import dev.caravan.gguf.fixture.RandomModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Models made of models and files, from the request to what the engine is given. */
@OnSharedCluster
class CreateIT {

    private static final Pattern BLOB = Pattern.compile("\nFROM \\S*/sha256-([0-9a-f]{64})\n");

    private static final String TEMPLATE =
            """
            {{- if .System }}SYS {{ .System }}
            {{ end }}
            {{- range $i, $m := .Messages }}
            {{- if eq .Role "system" }}{{ continue }}{{ end }}
            {{- if eq .Role "user" }}<u>{{ .Content }}</u>
            {{- else }}<a>{{ .Content }}</a>
            {{- end }}
            {{- end }}<a>""";

    @Test
    void aConversationBecomesThePromptThatTheTemplateSays(LocalCluster cluster) {
        String base = cluster.fixture("F16", 21);
        String name = cluster.randomText().split(" ")[0] + "-templated";
        ObjectNode wish = wish(name).put("template", TEMPLATE).put("license", "MIT");
        wish.putObject("files").put("m.gguf", blob(cluster, base));
        wish.putObject("parameters").put("temperature", 0.25).putArray("stop").add("</a>");
        wish.putObject("caravan").put("continuation", "exact");

        Answer made = cluster.client().post("/api/create", wish);

        assertThat(statuses(made)).startsWith("parsing GGUF").endsWith("writing manifest,success");
        ObjectNode chat = OllamaClient.chat(name, "and now?", 24);
        chat.withArray("messages").insertObject(0).put("role", "assistant").put("content", "Yes.");
        chat.withArray("messages").insertObject(0).put("role", "user").put("content", "Really?");
        chat.withArray("messages").insertObject(0).put("role", "system").put("content", "Brief.");
        Answer answer = cluster.client().post("/api/chat", chat);
        Answer oracle =
                cluster.client()
                        .post(
                                "/api/generate",
                                OllamaClient.generate(
                                                name,
                                                "SYS Brief.\n<u>Really?</u><a>Yes.</a><u>and now?</u><a>",
                                                24)
                                        .put("raw", true));
        assertThat(answer.text()).isNotEmpty().isEqualTo(oracle.text());
        assertThat(answer.last().path("prompt_eval_count"))
                .isEqualTo(oracle.last().path("prompt_eval_count"));
        JsonNode shown = show(cluster, name);
        assertThat(shown.path("template").asString()).isEqualTo(TEMPLATE);
        assertThat(shown.path("license").asString()).isEqualTo("MIT");
        assertThat(shown.path("parameters").asString())
                .contains("temperature                    0.25")
                .contains("stop                           \"</a>\"");
    }

    @Test
    void theLayersOfAModelAreItsDefaults(LocalCluster cluster) {
        String name = cluster.randomText().split(" ")[0] + "-layered";
        ObjectNode wish = wish(name).put("from", cluster.fixture("F16", 21));
        wish.put("template", TEMPLATE).put("system", "Kind.");
        wish.putArray("messages").addObject().put("role", "user").put("content", "Hi");
        wish.withArray("messages").addObject().put("role", "assistant").put("content", "Ho");
        wish.putObject("caravan").put("continuation", "exact");
        cluster.client().post("/api/create", wish);
        String prompt = "SYS Kind.\n<u>Hi</u><a>Ho</a><u>Go</u><a>";

        String whole = cluster.client().post("/api/chat", OllamaClient.chat(name, "Go", 24)).text();

        assertThat(rendered(cluster, "/api/chat", OllamaClient.chat(name, "Go", 24)))
                .isEqualTo(prompt);
        assertThat(
                        cluster.client()
                                .post(
                                        "/api/generate",
                                        OllamaClient.generate(name, prompt, 24).put("raw", true))
                                .text())
                .isEqualTo(whole);
        String stop = whole.substring(whole.length() / 2, whole.length() / 2 + 3);
        ObjectNode stopping = wish(name + "-stopping").put("from", name);
        stopping.putObject("parameters").putArray("stop").add(stop);
        stopping.putObject("caravan").put("continuation", "exact");
        cluster.client().post("/api/create", stopping);
        Answer stopped =
                cluster.client().post("/api/chat", OllamaClient.chat(name + "-stopping", "Go", 24));
        assertThat(stopped.text()).isEqualTo(whole.substring(0, whole.indexOf(stop)));
        assertThat(stopped.last().path("done_reason").asString()).isEqualTo("stop");
    }

    @Test
    void aRequestBringsATemplateOrFillsAGap(LocalCluster cluster) {
        String name = cluster.randomText().split(" ")[0] + "-gaps";
        cluster.client()
                .post(
                        "/api/create",
                        wish(name)
                                .put("from", cluster.fixture("F16", 21))
                                .put("template", "<P>{{ .Prompt }}<S>{{ .Suffix }}<M>"));

        assertThat(
                        rendered(
                                cluster,
                                "/api/generate",
                                OllamaClient.generate(name, "a", 8).put("suffix", "b")))
                .isEqualTo("<P>a<S>b<M>");
        assertThat(
                        rendered(
                                cluster,
                                "/api/generate",
                                OllamaClient.generate(name, "a", 8)
                                        .put("template", "{{ .System }}[{{ .Prompt }}]")
                                        .put("system", "S")))
                .isEqualTo("S[a]");
        Answer bad =
                cluster.client()
                        .post(
                                "/api/generate",
                                OllamaClient.generate(name, "a", 8).put("template", "{{ end }}"));
        assertThat(bad.status()).isEqualTo(500);
        assertThat(bad.error()).isEqualTo("template: :1: unexpected {{end}}");
    }

    private static String rendered(LocalCluster cluster, String route, ObjectNode body) {
        return cluster.client()
                .post(route, body.put("_debug_render_only", true))
                .last()
                .path("_debug_info")
                .path("rendered_template")
                .asString();
    }

    @Test
    void aModelIsQuantizedAndAnotherIsMadeFromIt(LocalCluster cluster) {
        String base = cluster.fixture("F16", 21);
        String small = cluster.randomText().split(" ")[0] + "-small";

        Answer quantized =
                cluster.client()
                        .post("/api/create", wish(small).put("from", base).put("quantize", "q8_0"));

        assertThat(statuses(quantized))
                .startsWith("quantizing F16 model to Q8_0")
                .contains("verifying conversion,creating new layer sha256:")
                .endsWith("writing manifest,success");
        assertThat(show(cluster, small).path("details").path("quantization_level").asString())
                .isEqualTo("Q8_0");
        assertThat(
                        cluster.client()
                                .post("/api/generate", OllamaClient.generate(small, "hello", 8))
                                .last()
                                .path("eval_count")
                                .asInt())
                .isEqualTo(8);

        String dressed = small + "-dressed";
        ObjectNode wish = wish(dressed).put("from", small).put("system", "Be kind.");
        wish.putArray("messages").addObject().put("role", "user").put("content", "Hi");
        Answer made = cluster.client().post("/api/create", wish);

        assertThat(statuses(made)).startsWith("using existing layer").endsWith("success");
        JsonNode shown = show(cluster, dressed);
        assertThat(shown.path("system").asString()).isEqualTo("Be kind.");
        assertThat(shown.path("messages").toString())
                .isEqualTo("[{\"role\":\"user\",\"content\":\"Hi\"}]");
        assertThat(shown.path("details").path("parent_model").asString())
                .isEqualTo(small + ":latest");
        assertThat(shown.path("modelfile").asString())
                .contains("\nSYSTEM Be kind.\n")
                .contains("\nMESSAGE user Hi\n");
    }

    @Test
    void aModelInSeveralFilesIsJoinedAndSaysWhatTheWholeOneSays(
            LocalCluster cluster, @TempDir Path folder) throws IOException {
        RandomModel model = RandomModel.named("parts").withSeed(cluster.random(1, 1_000_000));
        new FixtureWriter().write(model, folder.resolve("whole.gguf"));
        List<Path> parts = new FixtureWriter().writeParts(model, folder, "some", 3);
        String word = cluster.randomText().split(" ")[0];
        ObjectNode whole = sent(cluster, word + "-whole", List.of(folder.resolve("whole.gguf")));
        ObjectNode joined = sent(cluster, word + "-joined", parts);
        ObjectNode small = sent(cluster, word + "-small", parts).put("quantize", "Q8_0");
        ObjectNode broken = sent(cluster, word + "-broken", parts.subList(1, 3));

        assertThat(statuses(cluster.client().post("/api/create", whole))).endsWith("success");
        assertThat(statuses(cluster.client().post("/api/create", joined)))
                .startsWith("parsing GGUF,parsing GGUF,parsing GGUF,validating GGUF model")
                .contains("verifying conversion,creating new layer sha256:")
                .endsWith("writing manifest,success");
        assertThat(statuses(cluster.client().post("/api/create", small)))
                .contains("quantizing F16 model to Q8_0")
                .endsWith("success");

        String prompt = cluster.randomText();
        assertThat(answer(cluster, word + "-joined", prompt))
                .isEqualTo(answer(cluster, word + "-whole", prompt))
                .isNotEmpty();
        assertThat(answer(cluster, word + "-small", prompt)).isNotEmpty();
        assertThat(cluster.client().post("/api/create", broken).error())
                .isEqualTo("split GGUF \"some-00002-of-00003.gguf\" has 2 shards, expected 3");
    }

    @Test
    void ofTwoWholeModelsTheLastByNameAnswers(LocalCluster cluster, @TempDir Path folder)
            throws IOException {
        Path first = folder.resolve("a.gguf");
        Path last = folder.resolve("b.gguf");
        int seed = cluster.random(1, 1_000_000);
        new FixtureWriter().write(RandomModel.named("a").withSeed(seed), first);
        new FixtureWriter().write(RandomModel.named("b").withSeed(seed + 1), last);
        String word = cluster.randomText().split(" ")[0];

        Answer alone =
                cluster.client().post("/api/create", sent(cluster, word + "-last", List.of(last)));
        Answer both =
                cluster.client()
                        .post("/api/create", sent(cluster, word + "-both", List.of(last, first)));

        assertThat(statuses(alone)).endsWith("success");
        assertThat(statuses(both)).startsWith("parsing GGUF,parsing GGUF").endsWith("success");
        String prompt = cluster.randomText();
        assertThat(answer(cluster, word + "-both", prompt))
                .isEqualTo(answer(cluster, word + "-last", prompt))
                .isNotEmpty();
    }

    private static String answer(LocalCluster cluster, String model, String prompt) {
        return cluster.client()
                .post("/api/generate", OllamaClient.generate(model, prompt, 24))
                .text();
    }

    /** The wish for a model of files that are sent before. */
    private static ObjectNode sent(LocalCluster cluster, String name, List<Path> files)
            throws IOException {
        ObjectNode wish = wish(name);
        ObjectNode named = wish.putObject("files");
        for (Path file : files) {
            byte[] bytes = Files.readAllBytes(file);
            String digest = "sha256:" + LocalCluster.sha256(bytes);
            assertThat(cluster.client().upload("/api/blobs/" + digest, bytes).statusCode())
                    .isIn(200, 201);
            named.put(file.getFileName().toString(), digest);
        }
        wish.putObject("caravan").put("continuation", "exact");
        return wish;
    }

    @Test
    void refusesATemplateThatIsNoneAndAModelThatIsNotThere(LocalCluster cluster) {
        Answer bad =
                cluster.client()
                        .post(
                                "/api/create",
                                wish("bad")
                                        .put("from", cluster.fixture("F16", 21))
                                        .put("template", "{{ .Prompt"));
        Answer gone =
                cluster.client()
                        .post(
                                "/api/create",
                                wish("bad").put("from", "127.0.0.1:1/library/nobody-has-this"));

        assertThat(bad.status()).isEqualTo(400);
        assertThat(bad.error()).isEqualTo("template error: template: :1: unclosed action");
        assertThat(statuses(gone)).startsWith("pulling manifest");
        assertThat(gone.error()).startsWith("pull model manifest: ");
    }

    @Test
    void saysWhichDirectiveOnlyOllamaCanRun(LocalCluster cluster) {
        String name = cluster.randomText().split(" ")[0] + "-defines";
        cluster.client()
                .post(
                        "/api/create",
                        wish(name)
                                .put("from", cluster.fixture("F16", 21))
                                .put("template", "{{ define \"x\" }}{{ end }}{{ .Prompt }}"));

        Answer answer =
                cluster.client().post("/api/generate", OllamaClient.generate(name, "hello", 8));

        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.error()).contains("{{define}}").contains("Ollama");
    }

    private static ObjectNode wish(String name) {
        return OllamaClient.JSON.createObjectNode().put("model", name);
    }

    private static String blob(LocalCluster cluster, String model) {
        Matcher found = BLOB.matcher(show(cluster, model).path("modelfile").asString());
        assertThat(found.find()).isTrue();
        return "sha256:" + found.group(1);
    }

    private static JsonNode show(LocalCluster cluster, String model) {
        return cluster.client().post("/api/show", wish(model)).last();
    }

    private static String statuses(Answer made) {
        return String.join(
                ",",
                made.lines().stream().map(line -> line.json().path("status").asString()).toList());
    }
}
