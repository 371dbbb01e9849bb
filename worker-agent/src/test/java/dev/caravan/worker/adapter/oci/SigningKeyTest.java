package dev.caravan.worker.adapter.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SigningKeyTest {

    @TempDir private Path folder;

    @Test
    void isMadeOnceAndKeptForItsUserAlone() throws IOException {
        Path file = folder.resolve("new/id_ed25519");

        String first = new SigningKeyFile(file).read().authorization("text");
        String second = new SigningKeyFile(file).read().authorization("text");

        assertThat(second).isEqualTo(first);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        String publicKey = Files.readString(folder.resolve("new/id_ed25519.pub")).split(" ")[1];
        assertThat(first).startsWith(publicKey + ":");
    }

    @Test
    void readsAKeyOfOpenSsh() throws Exception {
        Path file = folder.resolve("id");
        assumeTrue(keygen(file), "no ssh-keygen on this machine");

        assertThat(new SigningKeyFile(file).read().authorization("text"))
                .startsWith(Files.readString(folder.resolve("id.pub")).split(" ")[1] + ":");
    }

    private static boolean keygen(Path file) throws InterruptedException {
        try {
            return new ProcessBuilder(
                                    "ssh-keygen",
                                    "-q",
                                    "-t",
                                    "ed25519",
                                    "-N",
                                    "",
                                    "-f",
                                    file.toString())
                            .inheritIO()
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException absent) {
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "text",
                "-----BEGIN OPENSSH PRIVATE KEY-----\n-----END OPENSSH PRIVATE KEY-----",
                "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA////\n-----END OPENSSH PRIVATE KEY-----"
            })
    void refusesWhatIsNoKey(String text) {
        assertThatThrownBy(() -> SigningKey.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith(
                        "(expected: an Ed25519 key in OpenSSH's form without a passphrase)");
    }
}
