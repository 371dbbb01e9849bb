package dev.caravan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The script beside the pom, in a project where building and running only say what they do. */
class CaravanScriptTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath();

    @TempDir private Path folder;

    private Path project;
    private String locale = "C.UTF-8";

    private record Outcome(int exitCode, String said) {}

    @BeforeEach
    void makeTheProject() throws IOException {
        project = folder.resolve("a project");
        copy("caravan");
        copy(".mvn/find-jdk.sh");
        Files.writeString(project.resolve("pom.xml"), "<project/>");
        script(
                "mvnw",
                """
                echo "$@" >>built
                for module in registry-service health-service scheduler-service worker-agent gateway-service cli; do
                    mkdir -p $module/target/lib; : >$module/target/$module-0.1.0.jar
                done
                """);
        script("jdk/bin/javac", "");
        script("jdk/bin/java", "for word; do last=$word; done; echo \"ran $last\"");
        Files.writeString(project.resolve("jdk/release"), "JAVA_VERSION=\"25\"\n");
    }

    @Test
    void buildsWhatIsNotBuiltSaysSoOnceAndRuns() throws Exception {
        Outcome first = run(project.resolve("caravan"), "status");
        Outcome second = run(project.resolve("caravan"), "status");

        assertThat(first.exitCode()).isZero();
        assertThat(first.said()).contains("building... (log: ").endsWith("ran status");
        assertThat(second).isEqualTo(new Outcome(0, "ran status"));
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void buildsAgainWhenASourceIsNewer() throws Exception {
        run(project.resolve("caravan"), "status");
        Path source = project.resolve("lib/core/src/main/java/A.java");
        Files.createDirectories(source.getParent());
        Files.writeString(source, "class A {}");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));

        run(project.resolve("caravan"), "status");

        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void runsFromAnyFolderThroughALink() throws Exception {
        Path bin = Files.createDirectory(folder.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("direct"), project.resolve("caravan"));
        Files.createSymbolicLink(bin.resolve("caravan"), Path.of("direct"));

        Outcome outcome = run(bin.resolve("caravan"), "status");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.said()).endsWith("ran status");
    }

    @Test
    void showsTheEndOfABuildThatFailsAndEnds() throws Exception {
        script("mvnw", "echo no grain; exit 1");

        Outcome outcome = run(project.resolve("caravan"), "status");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.said())
                .contains("no grain")
                .contains("caravan: the build has failed (log: ")
                .doesNotContain("ran");
    }

    @Test
    void saysInOneLineThatThereIsNoJdk() throws Exception {
        Files.writeString(project.resolve("jdk/release"), "JAVA_VERSION=\"24\"\n");

        Outcome outcome = run(project.resolve("caravan"), "status");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.said()).startsWith("caravan: no JDK 25 or newer found");
        assertThat(outcome.said().lines()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "'', C.UTF-8",
        "C, C.UTF-8",
        "POSIX, C.UTF-8",
        "de_DE.ISO-8859-1, de_DE.ISO-8859-1"
    })
    void aTerminalWithoutALocaleCanStillNameAllCharacters(String set, String used)
            throws Exception {
        script("jdk/bin/java", "echo \"locale ${LC_ALL:-$LANG}\"");
        locale = set;

        assertThat(run(project.resolve("caravan"), "status").said()).endsWith("locale " + used);
    }

    private Outcome run(Path command, String argument) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(command.toString(), argument)
                        .directory(folder.toFile())
                        .redirectErrorStream(true);
        builder.environment().remove("CARAVAN_BUILD");
        builder.environment().keySet().removeAll(Set.of("LC_ALL", "LC_CTYPE"));
        builder.environment().put("LANG", locale);
        builder.environment().remove("JAVA_HOME");
        builder.environment().put("CARAVAN_JAVA_HOME", project.resolve("jdk").toString());
        builder.environment().put("CARAVAN_JDK_FOLDERS", "");
        // the tools of the system, but no compiler that may lie beside them
        builder.environment().put("PATH", onlyTools().toString());
        Process process = builder.start();
        String said =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), said);
    }

    private Path onlyTools() throws IOException {
        Path tools = folder.resolve("tools");
        if (Files.notExists(tools)) {
            Files.createDirectory(tools);
            for (String tool :
                    "sh sed dirname readlink find head tail touch mkdir flock".split(" ")) {
                for (String place : new String[] {"/bin", "/usr/bin"}) {
                    Path program = Path.of(place, tool);
                    if (Files.exists(program) && Files.notExists(tools.resolve(tool))) {
                        Files.createSymbolicLink(tools.resolve(tool), program);
                    }
                }
            }
        }
        return tools;
    }

    private long builds() throws IOException {
        return Files.readAllLines(project.resolve("built")).size();
    }

    private void copy(String name) throws IOException {
        Path target = project.resolve(name);
        Files.createDirectories(target.getParent());
        Files.copy(ROOT.resolve(name), target, StandardCopyOption.COPY_ATTRIBUTES);
    }

    private void script(String name, String text) throws IOException {
        Path file = project.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}
