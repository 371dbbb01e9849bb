package dev.caravan.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostRulesTest {

    private final HostRules rules = new HostRules("Gpu-Box");

    @ParameterizedTest
    @CsvSource({
        "'', NAME",
        "localhost:11434, NAME",
        "LOCALHOST, NAME",
        "gpu-box:11434, NAME",
        "x.localhost, NAME",
        "printer.local, NAME",
        "host.docker.internal:80, NAME",
        "127.0.0.1:11434, ADDRESS",
        "127.9.9.9, ADDRESS",
        "0.0.0.0:1, ADDRESS",
        "10.1.2.3, ADDRESS",
        "172.16.0.1, ADDRESS",
        "192.168.7.7:80, ADDRESS",
        "[::1]:11434, ADDRESS",
        "[::]:1, ADDRESS",
        "[fd00::1]:1, ADDRESS",
        "8.8.8.8, REFUSED",
        "172.32.0.1, REFUSED",
        "2130706433, REFUSED",
        "127.1, REFUSED",
        "[2001:db8::1]:80, REFUSED",
        "local, REFUSED",
        "evil.com, REFUSED",
        "localhost.evil.com:80, REFUSED",
        "256.1.1.1, REFUSED"
    })
    void takesOnlyNamesAndAddressesOfAMachineNearby(String host, HostRules.Taken taken) {
        assertThat(rules.take(host)).isEqualTo(taken);
    }
}
