package dev.caravan.worker.adapter.llamacpp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.model.ByteSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorCacheTest {

    @TempDir private Path folder;

    private static TensorCache.Kept kept(String name, long bytes, long used) {
        return new TensorCache.Kept(Path.of(name), bytes, used);
    }

    @Test
    void choosesThoseThatWereNotUsedForLongest() {
        List<TensorCache.Kept> files =
                List.of(kept("b", 10, 2), kept("a", 10, 1), kept("c", 10, 3));

        assertThat(TensorCache.victims(files, 30)).isEmpty();
        assertThat(TensorCache.victims(files, 29)).containsExactly(kept("a", 10, 1));
        assertThat(TensorCache.victims(files, 10))
                .containsExactly(kept("a", 10, 1), kept("b", 10, 2));
        assertThat(TensorCache.victims(files, 0)).hasSize(3);
    }

    @Test
    void makesRoomInAFolderOfThisUserAlone() throws IOException {
        TensorCache cache = new TensorCache(folder.resolve("tensors"), new ByteSize(100));
        assertThat(cache.makeRoom(new ByteSize(60))).isTrue();
        assertThat(Files.getPosixFilePermissions(cache.folder()))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        Path rpc = Files.createDirectories(cache.folder().resolve("rpc"));
        Path old = Files.write(rpc.resolve("old"), new byte[30]);
        Path young = Files.write(rpc.resolve("young"), new byte[30]);
        Files.setAttribute(old, "lastAccessTime", FileTime.fromMillis(0));
        Files.setLastModifiedTime(old, FileTime.fromMillis(0));

        assertThat(cache.makeRoom(new ByteSize(60))).isTrue();

        assertThat(old).doesNotExist();
        assertThat(young).exists();
    }

    @Test
    void keepsNothingWhereThereIsNoRoom() throws IOException {
        assertThat(new TensorCache(folder.resolve("none"), ByteSize.ZERO).makeRoom(ByteSize.ZERO))
                .isFalse();
        TensorCache small = new TensorCache(folder.resolve("small"), new ByteSize(100));
        assertThat(small.makeRoom(new ByteSize(101))).isFalse();
        long all = Files.getFileStore(folder).getTotalSpace();
        TensorCache wide = new TensorCache(folder.resolve("wide"), new ByteSize(Long.MAX_VALUE));
        assertThat(wide.makeRoom(new ByteSize(all + 1))).isFalse();
    }
}
