package dev.caravan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that {@code mvnw} and {@code caravan} source, run as they run it. */
class FindJdkTest {

    private static final Path SCRIPT = Path.of("..", ".mvn", "find-jdk.sh").toAbsolutePath();

    @TempDir private Path folder;

    private record Outcome(int exitCode, String home, String said) {}

    @Test
    void takesTheConfiguredJdkBeforeAllOthers() throws Exception {
        Path configured = jdk("configured", "25.0.1");
        Path other = jdk("other", "26");

        Outcome outcome =
                find(
                        Map.of(
                                "CARAVAN_JAVA_HOME", configured.toString(),
                                "JAVA_HOME", other.toString()));

        assertThat(outcome).isEqualTo(new Outcome(0, configured.toString(), ""));
    }

    @Test
    void passesOverAnOlderJavaHomeForANewerJdkInTheUsualFolders() throws Exception {
        Path old = jdk("old", "17.0.15");
        Path usual = jdk("usual/jdk-25", "25");

        Outcome outcome =
                find(
                        Map.of(
                                "JAVA_HOME",
                                old.toString(),
                                "CARAVAN_JDK_FOLDERS",
                                folder.resolve("usual") + "/*"));

        assertThat(outcome).isEqualTo(new Outcome(0, usual.toString(), ""));
    }

    @Test
    void takesTheJdkOnThePath() throws Exception {
        Path onPath = jdk("on-path", "27-ea");

        Outcome outcome = find(Map.of("PATH", onPath + "/bin:" + System.getenv("PATH")));

        assertThat(outcome).isEqualTo(new Outcome(0, onPath.toRealPath().toString(), ""));
    }

    @Test
    void passesOverARuntimeWithoutCompiler() throws Exception {
        Path runtime = jdk("runtime", "25");
        Files.delete(runtime.resolve("bin/javac"));

        Outcome outcome = find(Map.of("JAVA_HOME", runtime.toString()));

        assertThat(outcome.exitCode()).isEqualTo(1);
    }

    @Test
    void saysInOneLineHowToGetOneWhereThereIsNone() throws Exception {
        Path old = jdk("old", "21.0.2");

        Outcome outcome = find(Map.of("JAVA_HOME", old.toString()));

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.said().lines()).hasSize(1);
        assertThat(outcome.said())
                .startsWith("caravan: no JDK 25 or newer found")
                .contains("apt install", "dnf install", "brew install", "sdk install")
                .contains("CARAVAN_JAVA_HOME");
    }

    /** Runs the script where nothing but {@code settings} can be found. */
    private Outcome find(Map<String, String> settings) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(
                        "sh", "-euc", ". \"$0\"; echo \"$JAVA_HOME\"", SCRIPT.toString());
        Map<String, String> environment = builder.environment();
        environment.remove("CARAVAN_JAVA_HOME");
        environment.remove("JAVA_HOME");
        environment.put("CARAVAN_JDK_FOLDERS", "");
        environment.put("PATH", tools().toString());
        settings.forEach(environment::put);
        Process process = builder.start();
        String home =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        String said =
                new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), home, said);
    }

    /** A PATH with what a script needs, and no compiler. */
    private Path tools() throws IOException {
        Path tools = folder.resolve("tools");
        if (Files.notExists(tools)) {
            Files.createDirectories(tools);
            for (String tool : new String[] {"sh", "sed", "dirname", "readlink"}) {
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

    private Path jdk(String name, String version) throws IOException {
        Path home = folder.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("bin/javac"), "#!/bin/sh\necho javac " + version + "\n");
        Files.setPosixFilePermissions(
                home.resolve("bin/javac"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        return home;
    }
}
