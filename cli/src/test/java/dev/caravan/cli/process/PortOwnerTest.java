package dev.caravan.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class PortOwnerTest {

    @Test
    void namesTheProcessThatListens() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {

            PortOwner owner = PortOwner.of(socket.getLocalPort()).orElseThrow();

            assertThat(owner.pid()).isEqualTo(ProcessHandle.current().pid());
            assertThat(owner.command()).contains("java");
            assertThat(Ports.free(socket.getLocalPort())).isFalse();
        }
    }

    @Test
    void namesNobodyWhereNobodyListens() {
        int port = Ports.pick();

        assertThat(PortOwner.of(port)).isEmpty();
        assertThat(Ports.free(port)).isTrue();
    }

    @Test
    void takesListenersAndNotConnectionsToOtherListeners() {
        String listening =
                "  1: 0100007F:2CAA 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1";
        String connected =
                "  2: 0100007F:2CAA 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 4712 1";

        assertThat(PortOwner.inode(listening, 11434)).contains("socket:[4711]");
        assertThat(PortOwner.inode(connected, 11434)).isEmpty();
        assertThat(PortOwner.inode(listening, 11435)).isEmpty();
        assertThat(PortOwner.inode("  sl  local_address rem_address   st tx_queue", 11434))
                .isEmpty();
    }
}
