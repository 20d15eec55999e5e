package io.firehole.simulator;

import static io.firehole.wire.proto.SubscribeUpdate.UpdateOneofCase.BLOCK_META;
import static io.firehole.wire.proto.SubscribeUpdate.UpdateOneofCase.PING;
import static io.firehole.wire.proto.SubscribeUpdate.UpdateOneofCase.PONG;
import static io.firehole.wire.proto.SubscribeUpdate.UpdateOneofCase.SLOT;
import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.simulator.RawClient.Frame;
import io.firehole.simulator.server.StreamLimits;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeRequestPing;
import io.firehole.wire.proto.SubscribeUpdate;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The life of a Subscribe stream, as a client sees it. */
class SubscribeTest {

    private static Simulator simulator;
    private static StockClient client;

    @BeforeAll
    static void start() throws IOException {
        simulator = Simulator.start(SimulatorConfig.builder()
                .onFreePorts()
                .speed(10)
                .limits(StreamLimits.DEFAULT.withPingEvery(Duration.ofMillis(200)))
                .build());
        client = new StockClient(simulator.address());
    }

    @AfterAll
    static void stop() {
        client.close();
        simulator.close();
    }

    @Test
    void headersAndAPingComeBeforeAnyRequest() throws Exception {
        try (RawClient raw = new RawClient(simulator.address())) {
            int stream = raw.call("Subscribe", Map.of());
            Frame first = raw.next();
            assertThat(first.type()).isEqualTo(RawClient.HEADERS);
            assertThat(first.endsStream()).isFalse();
            assertThat(first.headers().status().toString()).isEqualTo("200");
            Frame second = raw.next();
            assertThat(second.type()).isEqualTo(RawClient.DATA);
            assertThat(second.stream()).isEqualTo(stream);
            byte[] message = new byte[second.payload().remaining() - 5];
            second.payload().position(5).get(message);
            SubscribeUpdate ping = SubscribeUpdate.parseFrom(message);
            assertThat(ping.hasPing()).isTrue();
            assertThat(ping.getFiltersList()).isEmpty();
            assertThat(ping.hasCreatedAt()).isTrue();
        }
    }

    @Test
    void pingsAgainAndAgainWithoutARequest() throws Exception {
        StockClient.Stream stream = client.subscribe();
        for (int i = 0; i < 4; i++) {
            assertThat(stream.next().getUpdateOneofCase()).isEqualTo(PING);
        }
        stream.cancel();
    }

    @Test
    void answersAPingWithItsIdAndKeepsTheFilters() throws Exception {
        StockClient.Stream stream = client.subscribe(Requests.blocksMeta("mine"));
        stream.next(BLOCK_META);
        stream.send(SubscribeRequest.newBuilder()
                .setPing(SubscribeRequestPing.newBuilder().setId(-7))
                .putAllSlots(Requests.slots("ignored").getSlotsMap())
                .build());
        SubscribeUpdate pong = stream.next(PONG);
        assertThat(pong.getPong().getId()).isEqualTo(-7);
        assertThat(pong.getFiltersList()).isEmpty();
        for (int i = 0; i < 5; i++) {
            SubscribeUpdate update = stream.next(one -> !one.hasPing());
            assertThat(update.getUpdateOneofCase()).isEqualTo(BLOCK_META);
            assertThat(update.getFiltersList()).containsExactly("mine");
        }
        stream.cancel();
    }

    @Test
    void aBadFilterInAPingRequestEndsTheStreamAllTheSame() throws Exception {
        StockClient.Stream stream = client.subscribe(
                Requests.json("{\"ping\":{\"id\":1},\"transactions\":{\"x\":{\"accountInclude\":[\"no key\"]}}}"));
        assertThat(stream.ended().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    @Test
    void aRequestReplacesAllBefore() throws Exception {
        StockClient.Stream stream = client.subscribe(Requests.slots("first"));
        stream.next(SLOT);
        stream.send(Requests.blocksMeta("second"));
        stream.next(BLOCK_META);
        for (int i = 0; i < 5; i++) {
            SubscribeUpdate update = stream.next(one -> !one.hasPing());
            assertThat(update.getFiltersList()).containsExactly("second");
        }
        stream.send(SubscribeRequest.getDefaultInstance());
        stream.ping(1);
        stream.next(PONG);
        for (int i = 0; i < 3; i++) {
            assertThat(stream.next().getUpdateOneofCase())
                    .as("with no filters nothing comes but pings")
                    .isEqualTo(PING);
        }
        stream.cancel();
    }

    @Test
    void ofSeveralRequestsThatWaitOnlyTheLastCounts() throws Exception {
        try (RawClient raw = new RawClient(simulator.address())) {
            SubscribeRequest skipped =
                    Requests.slots("skipped").toBuilder().setFromSlot(1).build();
            int stream = raw.call(
                    "Subscribe",
                    Map.of(),
                    skipped.toByteArray(),
                    Requests.blocksMeta("last").toByteArray());
            MessageReader reader = new MessageReader(raw, stream);
            for (int i = 0; i < 10; i++) {
                SubscribeUpdate update = SubscribeUpdate.parseFrom(reader.next());
                assertThat(update.getFiltersList()).isSubsetOf("last");
                assertThat(update.hasSlot()).isFalse();
            }
        }
    }

    @Test
    void halfClosingKeepsTheStream() throws Exception {
        StockClient.Stream stream = client.subscribe(Requests.blocksMeta("m"));
        stream.halfClose();
        for (int i = 0; i < 5; i++) {
            stream.next(BLOCK_META);
        }
        assertThat(stream.isOpen()).isTrue();
        stream.cancel();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"transactions\":{\"x\":{\"accountInclude\":[\"bad key!\"]}}} | failed to create filter: Invalid Base58 string",
                "{\"commitment\":9} | failed to create filter: failed to create CommitmentLevel from 9",
                "{\"accounts\":{\"x\":{\"filters\":[{\"datasize\":1},{\"datasize\":2}]}}} | failed to create filter: datasize used more than once",
            })
    void aBadFilterEndsTheStreamWithTheReferencesText(String request, String text) throws Exception {
        StockClient.Stream stream = client.subscribe(Requests.json(request));
        Status status = stream.ended();
        assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(status.getDescription()).isEqualTo(text);
    }

    @Test
    void aNameThatIsTooLongIsRefusedWithItsLength() throws Exception {
        StockClient.Stream stream = client.subscribe(Requests.slots("n".repeat(129)));
        assertThat(stream.ended().getDescription())
                .isEqualTo("failed to create filter: oversized filter name (max allowed size 128), found 129");
    }

    @Test
    void aBadChangeEndsALiveStreamToo() throws Exception {
        StockClient.Stream stream = client.subscribe(Requests.slots("s"));
        stream.next(SLOT);
        stream.send(Requests.json("{\"transactions\":{\"x\":{\"signature\":\"zz\"}}}"));
        assertThat(stream.ended().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    @Test
    void anOversizeRequestEndsTheStreamWithoutAWord() throws Exception {
        StockClient.Stream stream = client.subscribe(Requests.slots("s"));
        stream.next(SLOT);
        stream.send(SubscribeRequest.newBuilder()
                .putSlots("x".repeat(5_000_000), SubscribeRequestFilterSlots.getDefaultInstance())
                .build());
        assertThat(stream.ended()).isEqualTo(Status.OK);
    }

    @Test
    void bytesThatAreNoRequestEndTheStreamWithoutAWord() throws Exception {
        try (RawClient raw = new RawClient(simulator.address())) {
            int stream = raw.call("Subscribe", Map.of(), new byte[] {(byte) 0xff, (byte) 0xff, 1});
            assertThat(raw.trailers(stream).get("grpc-status").toString()).isEqualTo("0");
        }
    }

    @Test
    void theRingOfTheCommitmentIsFollowed() throws Exception {
        for (CommitmentLevel level :
                new CommitmentLevel[] {CommitmentLevel.PROCESSED, CommitmentLevel.CONFIRMED, CommitmentLevel.FINALIZED
                }) {
            StockClient.Stream stream = client.subscribe(
                    Requests.json("{\"slots\":{\"s\":{\"filterByCommitment\":true}},\"blocksMeta\":{\"m\":{}}}")
                            .toBuilder()
                            .setCommitment(level)
                            .build());
            SubscribeUpdate meta = stream.next(BLOCK_META);
            SubscribeUpdate slot = stream.next(SLOT);
            assertThat(slot.getSlot().getSlot()).isEqualTo(meta.getBlockMeta().getSlot());
            assertThat(slot.getSlot().getStatusValue()).isEqualTo(level.getNumber());
            assertThat(slot.getSlot().hasParent()).isTrue();
            stream.cancel();
        }
    }

    @Test
    void aChangeOfCommitmentChangesTheRing() throws Exception {
        StockClient.Stream stream = client.subscribe(Requests.blocksMeta("m"));
        long processed = stream.next(BLOCK_META).getBlockMeta().getSlot();
        stream.send(Requests.blocksMeta("m2").toBuilder()
                .setCommitment(CommitmentLevel.FINALIZED)
                .build());
        SubscribeUpdate finalized = stream.next(one -> one.getFiltersList().contains("m2"));
        assertThat(finalized.getBlockMeta().getSlot()).isLessThan(processed);
        stream.cancel();
    }

    @Test
    void unfilteredStatusesComeOnEveryRing() throws Exception {
        StockClient.Stream stream = client.subscribe(
                Requests.json("{\"slots\":{\"s\":{\"interslotUpdates\":true}},\"commitment\":\"FINALIZED\"}"));
        for (SlotStatus status : new SlotStatus[] {
            SlotStatus.SLOT_CREATED_BANK,
            SlotStatus.SLOT_PROCESSED,
            SlotStatus.SLOT_CONFIRMED,
            SlotStatus.SLOT_FINALIZED
        }) {
            stream.next(update -> update.getSlot().getStatus() == status && update.hasSlot());
        }
        stream.cancel();
    }
}
