package dev.caravan.engine.release;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.engine.EngineFinder;
import dev.caravan.engine.EngineHome;
import dev.caravan.engine.EngineInstallation;
import dev.caravan.engine.EngineInstaller;
import dev.caravan.engine.release.ReleaseServer.Manner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real engine of this host, packed as a release, fetched, unpacked and tried. */
class RealReleaseTest {

    private static final String NAME = "llama-b1-bin-here.tar.gz";

    @TempDir private Path folder;

    @Test
    void anArchiveWithTheRealEngineIsInstalledAndWorks() throws Exception {
        EngineInstallation here =
                new EngineInstaller(EngineFinder.ofEnvironment()).install(System.out::println);
        Path archive = packed(here.server());
        List<String> progress = new ArrayList<>();

        try (ReleaseServer server = new ReleaseServer()) {
            server.serve("b1", NAME, archive, Manner.WHOLE);
            EngineHome home = new EngineHome(folder.resolve("home"));
            EngineFinder finder =
                    EngineFinder.of(home, Optional.empty(), "", environment(archive, server));
            assertThat(finder.find()).isEmpty();

            EngineInstallation installed = new EngineInstaller(finder).install(progress::add);

            assertThat(installed.source()).isEqualTo("release archive");
            assertThat(installed.server()).startsWith(home.folder().resolve("release"));
            assertThat(installed.build()).isEqualTo(here.build());
            assertThat(installed.rpcProtocol()).isEqualTo(here.rpcProtocol());
            assertThat(installed.backends()).isEqualTo(here.backends());
            assertThat(EngineFinder.of(home, Optional.empty(), "").find()).contains(installed);
        }
        assertThat(progress).contains("trying the engine: one token, one split");
    }

    private Path packed(Path server) throws Exception {
        Path archive = folder.resolve(NAME);
        Path bin = server.resolveSibling(".").normalize();
        Path home = bin.resolveSibling(".").normalize();
        try (Archives made = Archives.to(archive)) {
            if (Files.isDirectory(home.resolve("root/usr/lib"))) {
                List<String> parts =
                        List.of("bin", "root/usr/bin", "root/usr/lib", "root/usr/libexec");
                made.tree("llama-b1", home, parts);
            } else {
                made.tree("llama-b1", bin, List.of("."));
            }
        }
        return archive;
    }

    private Map<String, String> environment(Path archive, ReleaseServer server) throws Exception {
        String digest = Archives.sha256(archive);
        StringBuilder list = new StringBuilder("build=b1\nbase=https://example.org\n");
        String platform =
                ReleaseArchive.platform(
                        System.getProperty("os.name"), System.getProperty("os.arch"));
        list.append(platform).append(".file=").append(NAME).append('\n');
        list.append(platform).append(".sha256=").append(digest).append('\n');
        Path file = Files.writeString(folder.resolve("list.properties"), list);
        return Map.of(ReleaseList.LIST, file.toString(), ReleaseList.BASE, server.base());
    }
}
