package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.pool.transport.Connection.UnaryReply;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeReplayInfoResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ReplayDepthTest {

    private final World world = new World(1).running();

    @Test
    void namesASlotThatIsStillThereWhenAReplayIsAskedFor() {
        world.monitor("m").ask(World.transactions("t", 1));
        world.pass(Duration.ofSeconds(20));
        answer(1_010);
        assertThat(firstAvailable(ask())).isEqualTo(1_010 + ReplayDepth.MARGIN_SLOTS);
        Reader reader = world.monitor("late");
        world.provider.deniesReplay = from -> from < 1_014
                ? GrpcStatus.Code.OUT_OF_RANGE.with(
                        "broadcast from " + from + " is not available, last available: 1014")
                : null;
        reader.ask(World.transactions("u", 2).toBuilder()
                .setFromSlot(1_010 + ReplayDepth.MARGIN_SLOTS)
                .build());
        world.pass(Duration.ofSeconds(3));
        assertThat(reader.ended()).isNull();
        assertThat(reader.received).isNotEmpty();
    }

    @Test
    void asksTheProviderOnceForAllWhoAskWithinASecond() {
        answer(500);
        List<CompletableFuture<UnaryReply>> asked = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            asked.add(world.pool.unary(ReplayDepth.METHOD, ByteString.EMPTY));
            world.pass(Duration.ofMillis(10));
        }
        assertThat(world.provider.unaryCalls).isEqualTo(1);
        assertThat(asked).allMatch(CompletableFuture::isDone);
        assertThat(firstAvailable(asked.getLast().join()))
                .as("an answer that is half a second old may be wrong by five slots")
                .isBetween(500L + ReplayDepth.MARGIN_SLOTS + 4, 500L + ReplayDepth.MARGIN_SLOTS + 5);
        world.pass(ReplayDepth.KEPT);
        answer(503);
        assertThat(firstAvailable(ask())).isEqualTo(503 + ReplayDepth.MARGIN_SLOTS);
        assertThat(world.provider.unaryCalls).isEqualTo(2);
    }

    @Test
    void namesNoSlotThatHasNotComeYet() {
        world.monitor("m").ask(World.transactions("t", 1));
        world.pass(Duration.ofSeconds(4));
        long newest = world.pool.stats().streams().getFirst().lastSealedSlot().orElseThrow();
        answer(newest - 2);
        assertThat(firstAvailable(ask())).isEqualTo(newest);
    }

    @Test
    void passesOnThatNothingCanBeReplayedAndThatNobodyKnows() {
        for (SubscribeReplayInfoResponse said : List.of(
                SubscribeReplayInfoResponse.getDefaultInstance(),
                SubscribeReplayInfoResponse.newBuilder().setFirstAvailable(-1).build())) {
            world.provider.answers = method -> new UnaryReply.Answered(said.toByteString());
            assertThat(ask()).isEqualTo(new UnaryReply.Answered(said.toByteString()));
        }
        UnaryReply failed = new UnaryReply.Failed(GrpcStatus.Code.UNIMPLEMENTED.with("method disabled"));
        world.provider.answers = method -> failed;
        assertThat(ask()).isEqualTo(failed);
        answer(7);
        assertThat(firstAvailable(ask())).as("a failure is not kept").isEqualTo(7 + ReplayDepth.MARGIN_SLOTS);
    }

    private void answer(long first) {
        SubscribeReplayInfoResponse said = SubscribeReplayInfoResponse.newBuilder()
                .setFirstAvailable(first)
                .build();
        world.provider.answers =
                method -> method.equals(ReplayDepth.METHOD) ? new UnaryReply.Answered(said.toByteString()) : null;
    }

    private UnaryReply ask() {
        CompletableFuture<UnaryReply> reply = world.pool.unary(ReplayDepth.METHOD, ByteString.EMPTY);
        world.pass(Duration.ofMillis(20));
        return reply.join();
    }

    private static long firstAvailable(UnaryReply reply) {
        assertThat(reply).isInstanceOf(UnaryReply.Answered.class);
        try {
            return SubscribeReplayInfoResponse.parseFrom(((UnaryReply.Answered) reply).message())
                    .getFirstAvailable();
        } catch (InvalidProtocolBufferException broken) {
            throw new AssertionError(broken);
        }
    }
}
