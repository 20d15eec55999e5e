package io.firehole.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.simulator.rules.OverLimit;
import io.firehole.simulator.rules.ProviderRules;
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

    private Simulator start(ProviderRules rules) throws IOException {
        return Simulator.start(SimulatorConfig.builder()
                .onFreePorts()
                .rules(rules)
                .clock(clock)
                .build());
    }

    private static ProviderRules with(String key, String value) {
        return ProviderRules.open().with(Map.of(key, value));
    }

    @Test
    void everyCallOnAConnectionBeyondTheRateIsAnsweredWith429() throws Exception {
        try (Simulator simulator = start(with("connects", "2/10s"));
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
            assertThat(simulator.report().refusedBy()).isEqualTo(Map.of("connects", 1L));

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
        try (Simulator simulator = start(with("connects", "1/10s"));
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
        try (Simulator simulator = start(with("connects", "1/10s").withOverLimit(OverLimit.CLOSE));
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
        try (Simulator simulator = start(with("connections.max", "1"))) {
            try (RawClient first = new RawClient(simulator.address());
                    RawClient second = new RawClient(simulator.address())) {
                assertThat(second.next().type()).isIn(RawClient.FIN, RawClient.RESET);
                first.call("Subscribe", Map.of());
                first.next(RawClient.DATA);
                assertThat(simulator.report().refusedBy()).isEqualTo(Map.of("connections.max", 1L));
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
        ProviderRules rules =
                ProviderRules.open().with(Map.of("streams.per-connection", "2", "streams.per-account", "3"));
        try (Simulator simulator = start(rules);
                StockClient one = new StockClient(simulator.address());
                StockClient two = new StockClient(simulator.address())) {
            Map<String, String> account = Map.of("x-subscription-id", "a");
            StockClient.Stream first = one.subscribe(account);
            first.next();
            one.subscribe(account).next();
            refused(one.subscribe(account));
            two.subscribe(account).next();
            refused(two.subscribe(account));
            assertThat(simulator.report().refusedBy())
                    .isEqualTo(Map.of("streams.per-connection", 1L, "streams.per-account", 1L));
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
        try (Simulator simulator = start(with("subscribes", "2/10s"));
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
            assertThat(simulator.report().refusedBy()).isEqualTo(Map.of("subscribes", 1L));
            clock.advance(Duration.ofMillis(10_001));
            client.blocking().ping(ping);
        }
    }

    @Test
    void aStrictProviderRefusesASecondFilterOfAKind() throws Exception {
        try (Simulator simulator = start(ProviderRules.named("open-sample"));
                StockClient client = new StockClient(simulator.address())) {
            StockClient.Stream stream = client.subscribe(Requests.json("{\"slots\":{\"a\":{},\"b\":{}}}"));
            assertThat(stream.ended().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(stream.ended().getDescription())
                    .isEqualTo("failed to create filter: Max amount of filters/data_slices reached, only 1 allowed");
            assertThat(simulator.report().refusedBy()).isEqualTo(Map.of("slots.max", 1L));
        }
    }

    @Test
    void theAccountsOfAllFiltersOfAStreamAreLimitedTogether() throws Exception {
        try (Simulator simulator = start(with("streams.account-keys", "2"));
                StockClient client = new StockClient(simulator.address())) {
            String key = "\"" + Requests.PUMP_FUN + "\"";
            client.subscribe(Requests.json("{\"accounts\":{\"a\":{\"account\":[" + key + "]},\"b\":{\"account\":[" + key
                            + "],\"owner\":[" + key + "]}}}"))
                    .next();
            StockClient.Stream third = client.subscribe(Requests.json("{\"accounts\":{\"a\":{\"account\":[" + key + ","
                    + key + "]},\"b\":{\"account\":[" + key + "]}}}"));
            assertThat(third.ended().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(third.ended().getDescription())
                    .isEqualTo("failed to create filter: Max amount of Pubkeys reached, only 2 allowed");
            assertThat(simulator.report().refusedBy()).isEqualTo(Map.of("streams.account-keys", 1L));
        }
    }

    @Test
    void theRequestsOfAllStreamsAreLimitedTogether() throws Exception {
        try (Simulator simulator = start(with("requests", "2/1s"));
                StockClient client = new StockClient(simulator.address())) {
            client.subscribe(Requests.slots("a")).next();
            StockClient.Stream second = client.subscribe(Requests.slots("b"));
            second.next();
            Eventually.eventually("both arrived", () -> simulator.report().requests() == 2);
            second.send(Requests.slots("c"));
            assertThat(second.ended().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(second.ended().getDescription()).isEqualTo("rate limit exceeded");
            assertThat(simulator.report().refusedBy()).isEqualTo(Map.of("requests", 1L));
        }
    }

    @Test
    void aRequestThatIsTooLargeIsCounted() throws Exception {
        try (Simulator simulator = start(with("request.bytes", "100"));
                StockClient client = new StockClient(simulator.address())) {
            StockClient.Stream stream = client.subscribe(Requests.slots("s".repeat(101)));
            assertThat(stream.ended().getCode()).isEqualTo(Status.Code.OK);
            assertThat(simulator.report().refusedBy()).isEqualTo(Map.of("request.bytes", 1L));
        }
    }

    @Test
    void theTokenIsReadFromTheHeaderThatTheProviderUses() throws Exception {
        try (Simulator simulator = Simulator.start(SimulatorConfig.builder()
                        .onFreePorts()
                        .rules(ProviderRules.named("nolimitnodes"))
                        .token("secret")
                        .clock(clock)
                        .build());
                StockClient client = new StockClient(simulator.address())) {
            client.subscribe(Map.of("x-api-key", "secret")).next();
            assertThat(client.subscribe(Map.of("x-token", "secret")).ended().getCode())
                    .isEqualTo(Status.Code.UNAUTHENTICATED);
            assertThat(simulator.report().refusedBy()).isEqualTo(Map.of("token", 1L));
        }
    }

    @Test
    void theProfilesDepthOfReplayIsWhatReplays() throws Exception {
        try (Simulator simulator = start(with("replay.slots", "0"));
                StockClient client = new StockClient(simulator.address())) {
            StockClient.Stream stream = client.subscribe(
                    Requests.slots("s").toBuilder().setFromSlot(400_000_000).build());
            assertThat(stream.ended().getCode()).isEqualTo(Status.Code.INTERNAL);
            assertThat(stream.ended().getDescription()).isEqualTo("from_slot is not supported");
            assertThat(simulator.report().refusedBy()).isEqualTo(Map.of("replay.slots", 1L));
        }
    }
}
