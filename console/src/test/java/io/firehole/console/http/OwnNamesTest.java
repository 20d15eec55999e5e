package io.firehole.console.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnNamesTest {

    private static final OwnNames ON_LOOPBACK =
            new OwnNames(new InetSocketAddress(InetAddress.getLoopbackAddress(), 3_001));
    private static final OwnNames ELSEWHERE = new OwnNames(InetSocketAddress.createUnresolved("console.lan", 3_001));
    private static final OwnNames EVERYWHERE = new OwnNames(new InetSocketAddress("0.0.0.0", 3_001));

    @ParameterizedTest
    @CsvSource(textBlock = """
            localhost,            true,  true,  true
            LOCALHOST:3001,       true,  true,  true
            127.0.0.1:99,         true,  true,  true
            127.8.8.8,            true,  true,  true
            [::1]:3001,           true,  true,  true
            console.lan:3001,     false, true,  false
            192.168.1.7:3001,     false, false, true
            [fe80::7],            false, false, true
            evil.example,         false, false, false
            localhost.evil.example, false, false, false
            127.0.0.1.evil.example, false, false, false
            user@localhost,       false, false, false
            localhost:80:80,      false, false, false
            [::1]evil.example,    false, false, false
            [::1,                 false, false, false
            '',                   false, false, false
            :3001,                false, false, false
            """)
    void aHostIsOwnByNameOrByNumber(String host, boolean onLoopback, boolean elsewhere, boolean everywhere) {
        assertThat(ON_LOOPBACK.isOwnHost(host)).isEqualTo(onLoopback);
        assertThat(ELSEWHERE.isOwnHost(host)).isEqualTo(elsewhere);
        assertThat(EVERYWHERE.isOwnHost(host)).isEqualTo(everywhere);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            http://localhost:3001,   localhost:3001,   true
            http://127.0.0.1:5173,   localhost:3001,   true
            https://console.lan,     console.lan,      true
            http://console.lan:3001, console.lan:3001, true
            http://console.lan:80,   console.lan:3001, false
            http://192.168.1.8:3001, 192.168.1.7:3001, false
            https://evil.example,    localhost:3001,   false
            http://localhost@evil.example, localhost:3001, false
            null,                    localhost:3001,   false
            file://localhost,        localhost:3001,   false
            http:///,                localhost:3001,   false
            :,                       localhost:3001,   false
            """)
    void anOriginIsOwnOnLoopbackOrUnderTheNameItCalls(String origin, String authority, boolean own) {
        assertThat(EVERYWHERE.isOwnOrigin(origin, authority)).isEqualTo(own);
    }
}
