package dev.caravan.worker.adapter.host;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * What all agents of one machine have in common and those of another have not: the machine's id and
 * its boot's, so that cloned disks differ too; hashed, since a machine's id is not to be shown.
 * Where there are none it is the host's name.
 */
public final class HostId {

    private static final List<Path> SOURCES =
            List.of(Path.of("/etc/machine-id"), Path.of("/proc/sys/kernel/random/boot_id"));

    private static final int SHOWN_DIGITS = 32;

    private HostId() {}

    public static String read() {
        StringBuilder known = new StringBuilder();
        for (Path source : SOURCES) {
            try {
                known.append(Files.readString(source).strip()).append('\n');
            } catch (IOException absent) {
                continue;
            }
        }
        return hash(known.isEmpty() ? hostName() : known.toString());
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "localhost";
        }
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, SHOWN_DIGITS);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
