package io.firehole.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.simulator.rules.ConnectionRules;
import io.firehole.simulator.rules.OverLimit;
import io.firehole.simulator.rules.ProviderProfile;
import io.firehole.simulator.rules.ProviderProfiles;
import io.firehole.simulator.rules.Rate;
import io.firehole.simulator.rules.StreamRules;
import io.firehole.simulator.time.MovedClock;
import io.firehole.wire.proto.PingRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What happens to clients that do more than the provider allows. The clock stands still unless it is moved. */
class RulesTest {

    private final MovedClock clock = new MovedClock();

    private Simulator start(ProviderProfile profile) throws IOException {
        return Simulator.start(SimulatorConfig.builder()
                .onFreePorts()
                .profile(profile)
                .clock(clock)
                .build());
    }

    private static ProviderProfile with(ConnectionRules rules) {
        return ProviderProfile.open().withConnections(rules);
    }

    @Test
    void everyCallOnAConnectionBeyondTheRateIsAnsweredWith429() throws Exception {
        ConnectionRules rules = ConnectionRules.NONE.withRates(Rate.parse("2/10s"));
        try (Simulator simulator = start(with(rules));
                RawClient first = new RawClient(simulator.address());
                RawClient second = new RawClient(simulator.address());
                RawClient third = new RawClient(simulator.address())) {
            for (RawClient fine : new RawClient[] {first, second}) {
                fine.call("Subscribe", Map.of());
                assertThat(fine.next(RawClient.HEADERS).headers().status().toString())
                        .isEqualTo("200");
            }
            for (String method : new String[] {"Subscribe", "Ping", "/grpc.health.v1.Health/Check"}) {
                third.call(method, Map.of(), new byte[0]);
                RawClient.Frame refusal = third.next(RawClient.HEADERS);
                assertThat(refusal.headers().status().toString()).isEqualTo("429");
                assertThat(refusal.endsStream()).isTrue();
            }
            assertThat(simulator.report().connects())
                    .extracting(connect -> connect.outcome())
                    .containsExactly("accepted", "accepted", "limited-429");
            assertThat(simulator.report().worstWindow().count()).isEqualTo(3);
            assertThat(simulator.report().refused()).isEqualTo(1);

            clock.advance(Duration.ofMillis(10_001));
            try (RawClient later = new RawClient(simulator.address())) {
                later.call("Subscribe", Map.of());
                assertThat(later.next(RawClient.HEADERS).headers().status().toString())
                        .isEqualTo("200");
            }
        }
    }

    @Test
    void aStockClientTakes429ForUnavailable() throws Exception {
        ConnectionRules rules = ConnectionRules.NONE.withRates(Rate.parse("1/10s"));
        try (Simulator simulator = start(with(rules));
                RawClient first = new RawClient(simulator.address());
                StockClient client = new StockClient(simulator.address())) {
            first.call("Subscribe", Map.of());
            first.next(RawClient.DATA);
            StockClient.Stream stream = client.subscribe(Requests.slots("s"));
            assertThat(stream.ended().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(stream.ended().getDescription()).contains("429");
        }
    }

    @Test
    void aConnectionBeyondTheRateIsClosedWithoutAByteIfTheProfileSaysSo() throws Exception {
        ConnectionRules rules =
                ConnectionRules.NONE.withRates(Rate.parse("1/10s")).withOverLimit(OverLimit.CLOSE);
        try (Simulator simulator = start(with(rules));
                RawClient first = new RawClient(simulator.address())) {
            first.call("Subscribe", Map.of());
            first.next(RawClient.DATA);
            try (RawClient second = new RawClient(simulator.address())) {
                assertThat(second.next().type()).isIn(RawClient.FIN, RawClient.RESET);
            }
            assertThat(simulator.report().connects().getLast().outcome()).isEqualTo("limited-closed");
            assertThat(simulator.report().open()).isEqualTo(1);
        }
    }

    @Test
    void oneConnectionMoreThanMayBeOpenIsClosed() throws Exception {
        try (Simulator simulator = start(with(ConnectionRules.NONE.withMaxOpen(1)))) {
            try (RawClient first = new RawClient(simulator.address());
                    RawClient second = new RawClient(simulator.address())) {
                assertThat(second.next().type()).isIn(RawClient.FIN, RawClient.RESET);
                first.call("Subscribe", Map.of());
                first.next(RawClient.DATA);
            }
            Eventually.eventually("the first is gone", () -> simulator.report().open() == 0);
            try (RawClient third = new RawClient(simulator.address())) {
                third.call("Subscribe", Map.of());
                third.next(RawClient.DATA);
            }
        }
    }

    @Test
    void streamsAreLimitedByConnectionAndByAccount() throws Exception {
        ProviderProfile profile = ProviderProfile.open().withStreams(new StreamRules(2, 3, null));
        try (Simulator simulator = start(profile);
                StockClient one = new StockClient(simulator.address());
                StockClient two = new StockClient(simulator.address())) {
            Map<String, String> account = Map.of("x-subscription-id", "a");
            StockClient.Stream first = one.subscribe(account);
            first.next();
            one.subscribe(account).next();
            refused(one.subscribe(account));
            two.subscribe(account).next();
            refused(two.subscribe(account));
            two.subscribe(Map.of("x-subscription-id", "b")).next();
            first.cancel();
            Eventually.eventually("the stream is gone", () -> simulator.report().streams() == 3);
            one.subscribe(account).next();
        }
    }

    private static void refused(StockClient.Stream stream) throws Exception {
        assertThat(stream.ended().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(stream.ended().getDescription()).isEqualTo("max subscription limit exceeded");
    }

    @Test
    void callsAreLimitedByAccountAndMethod() throws Exception {
        ProviderProfile profile = ProviderProfile.open()
                .withStreams(
                        new StreamRules(ProviderProfile.UNLIMITED, ProviderProfile.UNLIMITED, Rate.parse("2/10s")));
        try (Simulator simulator = start(profile);
                StockClient client = new StockClient(simulator.address())) {
            PingRequest ping = PingRequest.getDefaultInstance();
            client.blocking().ping(ping);
            client.blocking().ping(ping);
            try {
                client.blocking().ping(ping);
                throw new AssertionError("the third call was answered");
            } catch (StatusRuntimeException e) {
                assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
                assertThat(e.getStatus().getDescription()).isEqualTo("rate limit exceeded");
            }
            clock.advance(Duration.ofSeconds(5));
            client.blocking().ping(ping);
        }
    }

    @Test
    void aStrictProviderRefusesASecondFilterOfAKind() throws Exception {
        try (Simulator simulator = start(ProviderProfiles.named("strict"));
                StockClient client = new StockClient(simulator.address())) {
            StockClient.Stream stream = client.subscribe(Requests.json("{\"slots\":{\"a\":{},\"b\":{}}}"));
            assertThat(stream.ended().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(stream.ended().getDescription())
                    .isEqualTo("failed to create filter: Max amount of filters/data_slices reached, only 1 allowed");
        }
    }

    @Test
    void theProfilesDepthOfReplayIsWhatReplays() throws Exception {
        ProviderProfile profile = ProviderProfile.open();
        try (Simulator simulator = start(profile.withRequests(profile.requests().withReplaySlots(0)));
                StockClient client = new StockClient(simulator.address())) {
            StockClient.Stream stream = client.subscribe(
                    Requests.slots("s").toBuilder().setFromSlot(400_000_000).build());
            assertThat(stream.ended().getCode()).isEqualTo(Status.Code.INTERNAL);
            assertThat(stream.ended().getDescription()).isEqualTo("from_slot is not supported");
        }
    }
}
