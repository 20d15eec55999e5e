package io.firehole.gateway.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.pool.Group;
import io.firehole.pool.Monitor;
import io.firehole.wire.GrpcStatus;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is let in, and under which name. */
class DoorkeeperTest {

    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    private final AtomicLong nowNanos = new AtomicLong();

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            # x-monitor-id, x-subscription-id, x-frequency, id, group, stays there whatever its rate
            -, -, -, 127.0.0.1#1, MEDIUM, false
            mine, -, -, mine, MEDIUM, false
            mine, other, -, mine, MEDIUM, false
            -, other, -, other, MEDIUM, false
            ' ', other, -, other, MEDIUM, false
            mine, -, high, mine, HIGH, false
            mine, -, LOW, mine, LOW, false
            configured, -, -, configured, HIGH, true
            configured, -, low, configured, LOW, false
            """)
    void withoutTokensMetadataSaysWhoItIs(
            String monitor, String subscription, String frequency, String id, Group group, boolean fixed) {
        assertThat(open().admit(metadata(monitor, subscription, frequency), HERE))
                .isEqualTo(new Admission.Granted(new Monitor(id, group, false, fixed)));
    }

    @Test
    void givesThoseAStreamToThemselvesThatAreToHaveOne() {
        assertThat(open().admit(metadata("alone", null, "low"), HERE))
                .isEqualTo(new Admission.Granted(new Monitor("alone", Group.LOW).asDedicated()));
    }

    @Test
    void theTokensLineComesBeforeMetadata(@TempDir Path folder) throws Exception {
        Doorkeeper doorkeeper = guarded(folder, "river mine low\nstream other\n");

        assertThat(doorkeeper.admit(Map.of("x-token", "river", "x-monitor-id", "x", "x-frequency", "high")::get, HERE))
                .isEqualTo(new Admission.Granted(new Monitor("mine", Group.LOW).asFixed()));
        assertThat(doorkeeper.admit(Map.of("x-token", "stream", "x-frequency", "high")::get, HERE))
                .isEqualTo(new Admission.Granted(new Monitor("other", Group.HIGH)));
    }

    @Test
    void otherTokensAreRefused(@TempDir Path folder) throws Exception {
        Doorkeeper doorkeeper = guarded(folder, "river mine\n");

        for (String token : new String[] {"rive", "river2", "", "mine"}) {
            assertThat(doorkeeper.admit(Map.of("x-token", token)::get, HERE))
                    .isEqualTo(new Admission.Refused(
                            Refusal.TOKEN, GrpcStatus.Code.UNAUTHENTICATED.with("No valid auth token")));
        }
    }

    @Test
    void oneAddressMayCallSoOftenAndThenWaits() throws Exception {
        Doorkeeper doorkeeper = open(); // 5 calls in 10 s
        InetAddress other = InetAddress.getByAddress(new byte[] {10, 0, 0, 9});
        for (int i = 0; i < 5; i++) {
            assertThat(doorkeeper.admit(name -> null, HERE)).isInstanceOf(Admission.Granted.class);
        }

        assertThat(doorkeeper.admit(name -> null, HERE))
                .isEqualTo(new Admission.Refused(
                        Refusal.CALL_RATE,
                        GrpcStatus.Code.RESOURCE_EXHAUSTED.with(
                                "rate limit exceeded: too many calls from 127.0.0.1, try again in 2000 ms")));
        assertThat(doorkeeper.admit(name -> null, other)).isInstanceOf(Admission.Granted.class);
        nowNanos.addAndGet(Duration.ofSeconds(2).toNanos());
        assertThat(doorkeeper.admit(name -> null, HERE)).isInstanceOf(Admission.Granted.class);
        assertThat(doorkeeper.admit(name -> null, HERE)).isInstanceOf(Admission.Refused.class);
        nowNanos.addAndGet(Duration.ofSeconds(60).toNanos());
        for (int i = 0; i < 5; i++) {
            assertThat(doorkeeper.admit(name -> null, HERE)).isInstanceOf(Admission.Granted.class);
        }
        assertThat(doorkeeper.admit(name -> null, HERE)).isInstanceOf(Admission.Refused.class);
    }

    @Test
    void remembersOnlySoManyAddresses() throws Exception {
        CallRate rate = new CallRate(nowNanos::get, 1, Duration.ofDays(1));
        for (int i = 0; i <= CallRate.ADDRESSES_MAX; i++) {
            assertThat(rate.take(address(i))).isZero();
        }

        assertThat(rate.take(address(CallRate.ADDRESSES_MAX))).isPositive();
        assertThat(rate.take(address(0))).as("the one forgotten").isZero();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            river, line 1: must be 'token monitor-id [group]'; has 1 words
            river mine high x, line 1: must be 'token monitor-id [group]'; has 4 words
            river mine often, line 1: group must be high; medium or low
            """)
    void wrongLinesAreNamedButTheirTokensAreNot(String line, String error, @TempDir Path folder) {
        assertThatThrownBy(() -> guarded(folder, line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(error.replace(';', ','))
                .hasMessageNotContaining("river");
    }

    @Test
    void showsNoToken(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("tokens"), "river mine\n");
        assertThat(TokenTable.read(file)).hasToString("TokenTable[1 tokens, hidden]");
    }

    private static InetAddress address(int number) throws Exception {
        return InetAddress.getByAddress(new byte[] {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number});
    }

    private Doorkeeper open() {
        return doorkeeper(Optional.empty());
    }

    private Doorkeeper guarded(Path folder, String lines) throws Exception {
        return doorkeeper(Optional.of(TokenTable.read(Files.writeString(folder.resolve("tokens"), lines))));
    }

    private Doorkeeper doorkeeper(Optional<TokenTable> tokens) {
        return new Doorkeeper(
                tokens,
                id -> id.equals("configured") ? Optional.of(Group.HIGH) : Optional.empty(),
                id -> id.equals("alone"),
                5,
                Duration.ofSeconds(10),
                nowNanos::get);
    }

    private static Doorkeeper.Metadata metadata(
            @Nullable String monitor, @Nullable String subscription, @Nullable String frequency) {
        return name -> switch (name) {
            case "x-monitor-id" -> monitor;
            case "x-subscription-id" -> subscription;
            case "x-frequency" -> frequency;
            default -> null;
        };
    }
}
