package dev.caravan.worker.adapter.llamacpp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineLogsTest {

    @TempDir private Path folder;

    @Test
    void keepsTheNewestLogsAndAllThatIsNoLog() throws IOException {
        List<String> names = List.of("leash.sh", "old.log", "old.log.1", "new.log", "newer.log");
        for (String name : names) {
            Path file = Files.createFile(folder.resolve(name));
            Files.setLastModifiedTime(file, FileTime.fromMillis(1000L * names.indexOf(name)));
        }

        EngineLogs.keepNewest(folder, 2);

        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("leash.sh", "new.log", "newer.log");
        }
    }
}
