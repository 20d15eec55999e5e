package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.firehole.filters.Base58;
import io.firehole.filters.InvalidFilterException;
import io.firehole.pool.transport.Connection.UnaryReply;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What is refused, what waits, and what happens at the end. */
class LimitsTest {

    private static final GrpcStatus CLOSING =
            GrpcStatus.Code.UNAVAILABLE.with("server is shutting down try again later");

    private static final Random REQUEST_KEYS = new Random(1);
    private static final String GET_SLOT = "geyser.Geyser/GetSlot";

    @Test
    void endsAStreamWhoseRequestBreaksARule() {
        World world = new World(1).running();
        Reader reader = world.monitor("a");
        assertThatThrownBy(() -> reader.stream.request(World.slots("n".repeat(129))))
                .isInstanceOf(InvalidFilterException.class);
        assertThat(reader.ended())
                .isEqualTo(GrpcStatus.Code.INVALID_ARGUMENT.with(
                        "failed to create filter: oversized filter name (max allowed size 128), found 129"));
        world.pass(Duration.ofSeconds(1));
        assertThat(world.provider.streams()).isEmpty();
        assertThat(world.pool.stats().monitors()).isEmpty();
    }

    @Test
    void refusesARequestThatNoProviderTakesAndDisturbsNobody() throws InvalidFilterException {
        World world = new World(1).running();
        Reader other = world.monitor("other");
        other.stream.request(World.slots("s"));
        world.pass(Duration.ofSeconds(1));
        int streams = world.provider.streams().size();
        Reader guilty = world.monitor("guilty");
        SubscribeRequest tooLarge = requestOfBytes(5_000_000);
        guilty.stream.request(tooLarge);
        world.pass(Duration.ofSeconds(1));
        assertThat(guilty.ended())
                .isEqualTo(GrpcStatus.Code.RESOURCE_EXHAUSTED.with("request of " + tooLarge.getSerializedSize()
                        + " bytes is too large for the provider, which takes 4194304 with all that Firehole adds"));
        assertThat(other.ended()).isNull();
        assertThat(world.provider.streams()).hasSize(streams);
    }

    @Test
    void givesLargeRequestsAStreamEachRatherThanOneThatNoProviderTakes() throws InvalidFilterException {
        World world = new World(1).running();
        for (int i = 0; i < 3; i++) {
            world.monitor("large" + i).stream.request(requestOfBytes(1_900_000));
        }
        world.pass(Duration.ofSeconds(1));
        assertThat(world.provider.streams()).hasSize(2);
        assertThat(world.provider.connections).hasSize(1);
    }

    /** Filters that differ in every request, so that no two of them share a label. */
    private static SubscribeRequest requestOfBytes(int bytes) {
        SubscribeRequestFilterTransactions.Builder keys = SubscribeRequestFilterTransactions.newBuilder();
        byte[] key = new byte[32];
        int size = 0;
        while (size < bytes) {
            REQUEST_KEYS.nextBytes(key);
            String text = Base58.encode(key);
            keys.addAccountInclude(text);
            size += text.length() + 2;
        }
        return SubscribeRequest.newBuilder()
                .putTransactions("keys", keys.build())
                .build();
    }

    @Test
    void refusesStreamsWhenTooMuchWaitsForItsThread() {
        World world = new World(1, PoolConfig.DEFAULT.withCommandsMax(10)).running();
        List<Reader> readers = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            readers.add(world.monitor("m" + i));
        }
        for (int i = 0; i < 15; i++) {
            assertThat(readers.get(i).ended())
                    .isEqualTo(
                            i < 10
                                    ? null
                                    : GrpcStatus.Code.RESOURCE_EXHAUSTED.with(
                                            "too much waits for the pool's control thread, limit 10 commands"));
        }
        world.pass(Duration.ofSeconds(1));
        assertThat(world.pool.stats().totals().refusedCommands()).isEqualTo(5);
        assertThat(world.monitor("later").ended()).isNull();
    }

    @Test
    void refusesMoreStreamsThanItMayHave() {
        World world = new World(1, PoolConfig.DEFAULT.withStreamsMax(2)).running();
        Reader a = world.monitor("a");
        Reader b = world.monitor("b");
        Reader c = world.monitor("c");
        assertThat(a.ended()).isNull();
        assertThat(b.ended()).isNull();
        assertThat(c.ended())
                .isEqualTo(
                        GrpcStatus.Code.RESOURCE_EXHAUSTED.with("max subscription limit exceeded: 2 streams are open"));
        a.stream.close();
        world.pass(Duration.ofSeconds(1));
        assertThat(world.monitor("d").ended()).isNull();
        assertThat(world.pool.stats().totals().refusedStreams()).isEqualTo(1);
    }

    @Test
    void makesUnaryCallsOnAnyConnectionThatIsReady() {
        World world = new World(1).running();
        CompletableFuture<UnaryReply> reply = world.pool.unary(GET_SLOT, ByteString.EMPTY);
        world.pass(Duration.ofMillis(10));
        assertThat(reply)
                .isCompletedWithValue(new UnaryReply.Answered(ByteString.copyFromUtf8("geyser.Geyser/GetSlot on 1")));
    }

    @Test
    void letsUnaryCallsWaitForAConnection() {
        World world = new World(1);
        CompletableFuture<UnaryReply> reply = world.pool.unary(GET_SLOT, ByteString.EMPTY);
        world.time.runDue();
        assertThat(reply).isNotDone();
        world.pass(Duration.ofSeconds(1));
        assertThat(reply.join()).isInstanceOf(UnaryReply.Answered.class);
    }

    @Test
    void tellsUnaryCallsHowLongTheyWaitedInVain() {
        World world = new World(1);
        world.provider.accepts = id -> false;
        CompletableFuture<UnaryReply> reply = world.pool.unary(GET_SLOT, ByteString.EMPTY);
        world.pass(Duration.ofMillis(9_999));
        assertThat(reply).isNotDone();
        world.pass(Duration.ofMillis(1));
        assertThat(reply)
                .isCompletedWithValue(new UnaryReply.Failed(
                        GrpcStatus.Code.UNAVAILABLE.with("no connection to the provider within 10 s")));
    }

    @Test
    void opensAConnectionForAUnaryCallIfThereIsNone() {
        World world = new World(1).running();
        world.pass(Duration.ofMinutes(6));
        assertThat(world.provider.open()).isEmpty();
        CompletableFuture<UnaryReply> reply = world.pool.unary(GET_SLOT, ByteString.EMPTY);
        world.pass(Duration.ofSeconds(1));
        assertThat(reply.join()).isInstanceOf(UnaryReply.Answered.class);
    }

    @Test
    void endsEverythingWhenItIsClosed() {
        World world = new World(1).running();
        Reader reader = world.monitor("a");
        reader.ask(World.slots("s"));
        world.pass(Duration.ofSeconds(1));
        world.pool.close();
        CompletableFuture<UnaryReply> reply = world.pool.unary(GET_SLOT, ByteString.EMPTY);
        world.pass(Duration.ofSeconds(1));

        assertThat(reader.ended()).isEqualTo(CLOSING);
        assertThat(reply).isCompletedWithValue(new UnaryReply.Failed(CLOSING));
        assertThat(world.provider.open()).isEmpty();
        assertThat(world.monitor("late").ended()).isEqualTo(CLOSING);
        assertThat(world.pool.stats().monitors()).isEmpty();
        world.pool.close();
    }

    @Test
    void givesNobodyThePlaceOfAnotherOneWhileItCloses() {
        World world = new World(1);
        List<Reader> readers = waitingForAVerdict(world);
        long placed = placed(world);
        world.pool.close();
        world.pass(Duration.ofSeconds(1));
        assertThat(placed(world)).isEqualTo(placed);
        assertThat(readers).extracting(Reader::ended).containsOnly(CLOSING);
    }

    @Test
    void givesNobodyThePlaceOfAnotherOneWhenAllLeaveAtOnce() {
        World world = new World(1);
        List<Reader> readers = waitingForAVerdict(world);
        long placed = placed(world);
        readers.forEach(reader -> reader.stream.close());
        world.pass(Duration.ofSeconds(1));
        assertThat(placed(world)).isEqualTo(placed);
        assertThat(world.pool.stats().monitors()).isEmpty();
    }

    /** All but the first, which has a place on a connection that cannot be had. */
    private static List<Reader> waitingForAVerdict(World world) {
        world.provider.accepts = id -> false;
        List<Reader> readers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Reader reader = world.monitor("m" + i);
            reader.ask(World.transactions("t", i));
            readers.add(reader);
        }
        world.pass(Duration.ofSeconds(1));
        assertThat(placed(world)).isEqualTo(1);
        return readers;
    }

    /** How often a monitor was given a place. */
    private static long placed(World world) {
        PoolStats.Totals totals = world.pool.stats().totals();
        return totals.hits() + totals.misses();
    }

    @Test
    void canBeLeftWhileABatchWaits() {
        World world = new World(1).running();
        Reader staying = world.monitor("a");
        staying.ask(World.slots("s"));
        world.pass(Duration.ofSeconds(1));
        for (int i = 0; i < 20; i++) {
            Reader hasty = world.monitor("b");
            hasty.ask(World.transactions("x", i % 7));
            world.pass(Duration.ofMillis(i));
            hasty.stream.close();
        }
        world.pass(Duration.ofSeconds(1));
        assertThat(world.pool.stats().monitors()).hasSize(1);
        assertThat(staying.ended()).isNull();
        world.pass(Duration.ofSeconds(40));
        assertThat(world.provider.streams().getFirst().lastRequest().getTransactionsCount())
                .isZero();
    }

    @Test
    void canBeLeftBeforeAnythingWasAsked() {
        World world = new World(1).running();
        Reader reader = world.monitor("a");
        reader.stream.close();
        world.pass(Duration.ofSeconds(1));
        assertThat(world.pool.stats().monitors()).isEmpty();
        assertThat(reader.ended()).isEqualTo(GrpcStatus.OK);
    }
}
