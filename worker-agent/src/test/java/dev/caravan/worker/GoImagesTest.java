package dev.caravan.worker;

import static dev.caravan.worker.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.gguf.fixture.FixtureWriter;
import dev.caravan.gguf.fixture.ProjectorModel;
import dev.caravan.gguf.fixture.Script;
import dev.caravan.gguf.fixture.ScriptedModel;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.Frame;
import dev.caravan.wire.ReplicaState;
import dev.caravan.wire.RunMessage;
import dev.caravan.worker.adapter.store.StoreFiles;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images for a model whose only template is Go's, on a real engine with a projector. */
class GoImagesTest {

    private static final String TEMPLATE =
            "{{ range .Messages }}<{{ .Role }}>{{ .Content }}</{{ .Role }}>{{ end }}";

    private static final int WIDTH = 256;

    @TempDir private static Path folder;

    private static TestAgent agent;
    private static AgentReport.Replica replica;

    @BeforeAll
    static void start() throws IOException {
        agent = TestAgent.start(folder);
        agent.desire(1, TestAgent.engine("eye", "eye:latest", make(), 2));
        replica = agent.await("eye", ready -> ready.state() == ReplicaState.READY);
    }

    private static ModelDigest make() throws IOException {
        Path model = folder.resolve("made.gguf");
        Path projector = folder.resolve("projector.gguf");
        new FixtureWriter()
                .write(
                        ScriptedModel.saying("eye", Script.once("seen", "A camel."))
                                .withoutChatTemplate(),
                        model);
        new FixtureWriter().write(new ProjectorModel(WIDTH, 1), projector);
        StoreFiles store = new StoreFiles(folder.resolve("models"));
        return agent.takes(
                "eye",
                store,
                new String[] {"model", store.blob(Files.readAllBytes(model))},
                new String[] {"projector", store.blob(Files.readAllBytes(projector))},
                new String[] {"template", store.blob(TEMPLATE)});
    }

    @AfterAll
    static void stop() {
        agent.close();
    }

    private static String image() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(20, 20, BufferedImage.TYPE_INT_RGB), "png", bytes);
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    private static RunMessage.Message user(String text, String... images) {
        return new RunMessage.Message("user", text, null, List.of(images), null, null, null);
    }

    private static List<Frame> ask(RunMessage.Message... messages) {
        return agent.run(TestAgent.message(replica, List.of(messages), null, TestAgent.options(16)))
                .all();
    }

    private static int promptTokens(List<Frame> frames) {
        return ((Frame.End) frames.getLast()).promptTokens();
    }

    @Test
    void anImageTakesItsPlaceInThePrompt() throws IOException {
        List<Frame> without = ask(user("What is it?"));
        List<Frame> with = ask(user("What is it?", image()));
        List<Frame> both = ask(user("What is it?", image(), image()));

        assertThat(text(with)).isEqualTo("A camel.").isEqualTo(text(without));
        assertThat(promptTokens(with))
                .isEqualTo(promptTokens(without) + ProjectorModel.IMAGE_TOKENS);
        assertThat(promptTokens(both))
                .isEqualTo(promptTokens(without) + 2 * ProjectorModel.IMAGE_TOKENS);
    }

    @Test
    void eachTurnHasItsOwnImages() throws IOException {
        List<Frame> without = ask(user("One"), user("and two [img] here"));
        List<Frame> with = ask(user("One", image()), user("and two [img] here", image()));

        assertThat(text(with)).isEqualTo("A camel.");
        assertThat(promptTokens(with))
                .isGreaterThan(promptTokens(without) + ProjectorModel.IMAGE_TOKENS);
    }
}
