package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UnknownFieldSet;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeRequest;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Requests that cannot be merged: the provider gets them as they are. */
class OwnStreamTest {

    private final World world = new World(8).running();

    private static SubscribeRequest replaying(SubscribeRequest request, long slot) {
        return request.toBuilder().setFromSlot(slot).build();
    }

    private Reader joined(String id, SubscribeRequest request) {
        Reader reader =
                new Reader(world.time, world.pool, new Monitor(id, Group.MEDIUM).dedicated(!id.equals("other")));
        reader.ask(request);
        world.pass(Duration.ofSeconds(2));
        return reader;
    }

    @Test
    void passesAReplayOnAndKeepsItFromOthers() {
        Reader other = joined("other", World.slots("s"));
        Reader reader = joined("a", replaying(World.transactions("x", 1), 900));
        assertThat(world.provider.streams()).hasSize(2);
        assertThat(world.provider.open()).as("on the same connection").hasSize(1);
        SubscribeRequest shared = world.provider.streams().get(0).lastRequest();
        SubscribeRequest own = world.provider.streams().get(1).lastRequest();
        assertThat(shared.hasFromSlot()).isFalse();
        assertThat(own.getFromSlot()).isEqualTo(900);
        assertThat(own.getTransactionsMap()).containsOnlyKeys("x");
        assertThat(reader.received)
                .isNotEmpty()
                .allSatisfy(update -> assertThat(update.getFiltersList()).containsExactly("x"));
        assertThat(other.received).isNotEmpty();
        assertThat(world.stats("a").activeFromSlot()).isPresent();
    }

    @Test
    void doesNotShowItsOwnSlotsAndSeals() {
        Reader reader = joined("a", replaying(World.slots("mine"), 900));
        assertThat(reader.received).isNotEmpty().allSatisfy(update -> {
            assertThat(update.hasSlot()).isTrue();
            assertThat(update.getFiltersList()).containsExactly("mine");
        });
    }

    @Test
    void doesNotConfuseNamesThatLookLikeItsOwn() {
        Reader reader = joined("a", replaying(World.slots("~E1"), 900));
        assertThat(reader.received)
                .isNotEmpty()
                .allSatisfy(update -> assertThat(update.getFiltersList()).containsExactly("~E1"));
    }

    @Test
    void passesFieldsOnThatOurSchemaDoesNotKnow() {
        UnknownFieldSet unknown = RandomRequests.unknown();
        Reader reader = joined(
                "a", World.slots("s").toBuilder().setUnknownFields(unknown).build());
        assertThat(world.provider.streams().getFirst().lastRequest().getUnknownFields())
                .isEqualTo(unknown);
        assertThat(reader.received).isNotEmpty();
    }

    @Test
    void givesTheProvidersVerdictToItsMonitor() {
        GrpcStatus verdict =
                GrpcStatus.Code.OUT_OF_RANGE.with("broadcast from 900 is not available, last available: 950");
        world.provider.callsEndWith = verdict;
        Reader reader = joined("a", replaying(World.slots("s"), 900));
        assertThat(reader.ended()).isEqualTo(verdict);
        assertThat(world.pool.stats().streams()).isEmpty();
    }

    @Test
    void doesNotAskForTheReplayAgainOnceItHasBegun() {
        Reader reader = joined("a", replaying(World.slots("s"), 900));
        world.provider.open().getFirst().cut("reset by peer");
        world.pass(Duration.ofSeconds(2));
        assertThat(world.provider.streams().getFirst().lastRequest().hasFromSlot())
                .isFalse();
        int before = reader.received.size();
        world.pass(Duration.ofSeconds(2));
        assertThat(reader.received.size()).isGreaterThan(before);
    }

    @Test
    void asksForTheReplayAgainIfItHadNotBegun() {
        world.provider.silent = true;
        Reader reader = joined("a", replaying(World.slots("s"), 900));
        world.provider.open().getFirst().cut("reset by peer");
        world.pass(Duration.ofSeconds(2));
        assertThat(world.provider.streams().getFirst().lastRequest().getFromSlot())
                .isEqualTo(900);
        assertThat(reader.ended()).isNull();
    }

    @Test
    void staysWhereItIsWhenItChangesItsFilters() {
        Reader reader = joined("a", replaying(World.slots("s"), 900));
        reader.ask(World.transactions("x", 1));
        world.pass(Duration.ofSeconds(2));
        assertThat(world.provider.streams()).hasSize(1);
        assertThat(world.provider.streams().getFirst().requests).hasSize(2);
        assertThat(reader.received.getLast().getFiltersList()).containsExactly("x");
        assertThat(world.stats("a").active()).isTrue();
    }

    @Test
    void isGoneWhenItsMonitorIs() {
        Reader reader = joined("a", replaying(World.slots("s"), 900));
        reader.stream.close();
        world.pass(Duration.ofSeconds(1));
        assertThat(world.provider.streams()).isEmpty();
    }
}
