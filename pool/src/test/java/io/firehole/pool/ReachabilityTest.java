package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.pool.budget.PermitClass;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who knocks at a provider that is down, and how often; and who follows when it is back. */
class ReachabilityTest {

    private static final Duration PROBE_PAUSE_MAX = Duration.ofSeconds(6);

    /** Connections for three groups: four of the high one, two of the others. */
    private final World world = busy();

    private static World busy() {
        World world = new World(9).running();
        join(world, 20, Group.HIGH);
        join(world, 20, Group.MEDIUM);
        join(world, 30, Group.LOW);
        world.pass(Backoff.HEALTHY);
        assertThat(world.provider.open()).hasSize(8);
        return world;
    }

    private static void join(World world, int monitors, Group group) {
        for (int i = 0; i < monitors; i++) {
            world.monitor(group.word() + i, group).ask(World.transactions("x", i % 7));
        }
        world.pass(Duration.ofSeconds(1));
    }

    private void goDown() {
        world.provider.accepts = id -> false;
        cutAll();
    }

    private void cutAll() {
        List.copyOf(world.provider.open()).forEach(connection -> connection.cut("the provider is gone"));
    }

    private int attemptsWithin(Duration duration) {
        int before = world.provider.connections.size();
        world.pass(duration);
        return world.provider.connections.size() - before;
    }

    @Test
    void letsOneConnectionKnockWhileTheProviderIsDown() {
        goDown();
        assertThat(attemptsWithin(Duration.ofMinutes(1))).isBetween(11, 15);
        for (int minute = 0; minute < 10; minute++) {
            assertThat(attemptsWithin(Duration.ofMinutes(1))).isBetween(9, 13);
        }
    }

    @Test
    void knocksAtOnceAndThenAfterGrowingPauses() {
        int before = world.provider.connections.size();
        long down = world.time.nanos();
        goDown();
        world.pass(Duration.ofMinutes(1));
        List<Long> asked = world.provider.askedNanos.subList(before, before + 6);
        assertThat(Duration.ofNanos(asked.getFirst() - down)).isLessThan(Duration.ofMillis(50));
        int[] pauses = {1, 2, 4, 5, 5};
        for (int i = 0; i < pauses.length; i++) {
            assertThat(Duration.ofNanos(asked.get(i + 1) - asked.get(i)))
                    .as("pause " + i)
                    .isBetween(Duration.ofSeconds(pauses[i]), Duration.ofMillis(1_200L * pauses[i] + 10));
        }
    }

    @Test
    void sendsTheMostUrgentFirst() {
        goDown();
        world.pass(Duration.ofMillis(100));
        assertThat(world.provider.purposes.getLast()).isEqualTo(PermitClass.RECONNECT_HIGH);
    }

    @Test
    void letsAllFollowWhenTheFirstIsProven() {
        goDown();
        world.pass(Duration.ofMinutes(3));
        world.provider.accepts = id -> true;
        world.pass(PROBE_PAUSE_MAX);
        world.pass(Duration.ofMillis(100));
        assertThat(world.provider.open()).hasSize(8);
        assertThat(world.pool.stats().healthy()).isEqualTo(8);
        assertThat(world.pool.ready()).isTrue();
    }

    @Test
    void doesNotTakeAHandshakeForProof() {
        world.provider.closesAfter = Duration.ofMillis(1);
        cutAll();
        assertThat(attemptsWithin(Duration.ofMinutes(1))).isLessThanOrEqualTo(15);
        assertThat(world.pool.stats().healthy()).isZero();
        world.provider.closesAfter = null;
        world.pass(PROBE_PAUSE_MAX);
        world.pass(Duration.ofMillis(100));
        assertThat(world.pool.stats().healthy()).isEqualTo(8);
    }

    @Test
    void givesUpAProbeThatIsTakenAndThenLeftHanging() {
        world.provider.answersPings = false;
        world.provider.silent = true;
        cutAll();
        assertThat(attemptsWithin(Duration.ofMinutes(1)))
                .as("one at a time, each for the time it has to prove itself and a pause")
                .isBetween(5, 9);
        assertThat(world.provider.open()).hasSizeLessThanOrEqualTo(1);
        world.provider.answersPings = true;
        world.provider.silent = false;
        world.pass(Life.PROOF_TIMEOUT.plus(PROBE_PAUSE_MAX).plusMillis(100));
        assertThat(world.pool.stats().healthy()).isEqualTo(8);
    }

    @Test
    void keepsItsPausesThroughRecoveriesThatDoNotLast() {
        world.provider.closesAfter = Duration.ofMillis(500);
        cutAll();
        world.pass(Duration.ofMinutes(1));
        assertThat(attemptsWithin(Duration.ofMinutes(1)))
                .as("a probe every five seconds, and seven that follow it")
                .isLessThanOrEqualTo(13 * 8);
        world.provider.closesAfter = null;
        world.pass(Backoff.HEALTHY.plus(PROBE_PAUSE_MAX));
        goDown();
        int before = world.provider.connections.size();
        world.pass(Duration.ofMillis(100));
        assertThat(world.provider.connections).as("at once again").hasSize(before + 1);
    }

    @Test
    void bringsASingleConnectionBackByItsOwnWhileTheProviderIsUp() {
        FakeProvider.Link ofHighGroup = world.provider.open().getFirst();
        ofHighGroup.cut("reset by peer");
        world.pass(Duration.ofMillis(50));
        assertThat(world.provider.open()).as("the high group does not wait").hasSize(8);
        assertThat(world.provider.purposes.getLast()).isEqualTo(PermitClass.RECONNECT_HIGH);

        FakeProvider.Link ofLowGroup = world.provider.open().get(6);
        ofLowGroup.cut("reset by peer");
        world.pass(Backoff.FIRST.plusMillis(50));
        assertThat(world.provider.open()).hasSize(8);
        assertThat(world.provider.purposes.getLast()).isEqualTo(PermitClass.RECONNECT_LOW);
    }

    @Test
    void saysUntilWhenAReplayHelps() {
        long lost = world.time.nanos();
        goDown();
        world.pass(Duration.ofSeconds(90));
        int first = 0;
        while (world.provider.askedNanos.get(first) < lost) {
            first++;
        }
        for (int i = first; i < world.provider.wishes.size(); i++) {
            boolean inTime = world.provider.askedNanos.get(i) - lost
                    < PoolConfig.DEFAULT.replayWindow().toNanos();
            var deadline = world.provider.wishes.get(i).replayDeadlineNanos();
            assertThat(deadline.isPresent()).as("attempt " + i).isEqualTo(inTime);
            deadline.ifPresent(at -> assertThat(at - lost)
                    .isEqualTo(PoolConfig.DEFAULT.replayWindow().toNanos()));
        }
    }

    @Test
    void asksForEveryConnectionOfAPlaceInTheSameName() {
        FakeProvider.Link connection = world.provider.open().getFirst();
        for (int i = 0; i < 3; i++) {
            connection.cut("reset by peer");
            world.pass(Backoff.CAP);
            connection = world.provider.open().getLast();
        }
        List<Long> subjects = world.provider.wishes.subList(8, 11).stream()
                .map(wish -> wish.subject())
                .distinct()
                .toList();
        assertThat(subjects).hasSize(1);
    }
}
