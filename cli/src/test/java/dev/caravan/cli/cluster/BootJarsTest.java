package dev.caravan.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.cli.CliException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootJarsTest {

    private static final Map<String, String> CONTENT = Map.of("a.class", "one", "b.class", "two");

    @TempDir private Path folder;

    @Test
    void givesEqualContentOneKeyWheneverItWasBuilt() throws IOException {
        Path first = jar("1/service-1.jar", CONTENT, 1_000_000_000_000L);
        Path second = jar("2/service-1.jar", CONTENT, 2_000_000_000_000L);

        assertThat(BootJars.key(second)).isEqualTo(BootJars.key(first));
    }

    @Test
    void givesAnotherKeyToAnyOtherContent() throws IOException {
        String key = BootJars.key(jar("1/service-1.jar", CONTENT, 0));

        assertThat(BootJars.key(jar("2/service-1.jar", Map.of("a.class", "one"), 0)))
                .isNotEqualTo(key);
        assertThat(
                        BootJars.key(
                                jar(
                                        "3/service-1.jar",
                                        Map.of("a.class", "one", "b.class", "tow"),
                                        0)))
                .isNotEqualTo(key);
        assertThat(BootJars.key(jar("4/service-2.jar", CONTENT, 0))).isNotEqualTo(key);
    }

    @Test
    void passesOverTheFileThatOnlyTellsTheTimeOfTheBuild() throws IOException {
        Map<String, String> stamped = new TreeMap<>(CONTENT);
        stamped.put("META-INF/build-info.properties", "build.time=now");

        assertThat(BootJars.key(jar("1/service-1.jar", stamped, 0)))
                .isEqualTo(BootJars.key(jar("2/service-1.jar", CONTENT, 0)));
    }

    @Test
    void saysHowToBuildWhatIsNotBuilt() {
        BootJars jars = new BootJars(new Home(folder, folder), Path.of("java"));

        assertThatThrownBy(() -> jars.extract(Kind.GATEWAY))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("no gateway-service jar")
                .hasMessageContaining("./mvnw package -DskipTests");
    }

    @Test
    void leavesNothingBehindWhenAJarCannotBeUnpacked() throws IOException {
        Home home = new Home(folder, folder.resolve("state"));
        home.create();
        jar("gateway-service/target/gateway-service-1.jar", CONTENT, 0);
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");

        assertThatThrownBy(() -> new BootJars(home, java).extract(Kind.GATEWAY))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("cannot be unpacked (exit 1, expected: 0)");
        assertThat(home.cache().resolve("apps")).isEmptyDirectory();
    }

    private Path jar(String name, Map<String, String> entries, long time) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, String> entry : new TreeMap<>(entries).entrySet()) {
                ZipEntry header = new ZipEntry(entry.getKey());
                header.setTime(time);
                zip.putNextEntry(header);
                zip.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        return file;
    }
}
