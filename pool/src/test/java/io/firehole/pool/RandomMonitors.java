package io.firehole.pool;

import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Monitors that join, change their minds and leave as they like, each with its oracle. */
final class RandomMonitors {

    private static final int CHANGE_MILLIS_MAX = 400;
    private static final List<Group> GROUPS = List.of(Group.HIGH, Group.MEDIUM, Group.LOW);

    private record Watched(String id, Reader reader, DirectSubscription truth, CommitmentLevel level) {}

    private final World world;
    private final Random random;
    private final RandomRequests requests;
    private final List<Watched> present = new ArrayList<>();
    private final List<Watched> all = new ArrayList<>();
    private final int atMost;
    private final boolean mayMove;
    private final Duration effectMax;
    private int joined;

    /** Of which each monitor has one for life; none where each request has its own. */
    private List<CommitmentLevel> levels = List.of();

    /** How much later than usual updates may come. */
    private Duration lag = Duration.ZERO;

    /** How many in a hundred steps send one of them to another group, or to a stream of its own, or back. */
    private int movesPercent;

    RandomMonitors(World world, Random random, int atMost, int otherStreamsPercent) {
        this(world, random, atMost, otherStreamsPercent, DirectSubscription.EFFECT_MAX);
    }

    RandomMonitors(World world, Random random, int atMost, int otherStreamsPercent, Duration effectMax) {
        this(
                world,
                random,
                atMost,
                new RandomRequests(random, otherStreamsPercent),
                otherStreamsPercent > 0,
                effectMax);
    }

    RandomMonitors(World world, Random random, int atMost, RandomRequests requests, Duration effectMax) {
        this(world, random, atMost, requests, true, effectMax);
    }

    private RandomMonitors(
            World world, Random random, int atMost, RandomRequests requests, boolean mayMove, Duration effectMax) {
        this.effectMax = effectMax;
        this.world = world;
        this.random = random;
        this.atMost = atMost;
        this.mayMove = mayMove;
        this.requests = requests;
    }

    /** Each keeps to one commitment, and is sent about by somebody else. */
    RandomMonitors sentAbout(int percent, Duration lagMax) {
        lag = lagMax;
        levels = List.of(CommitmentLevel.PROCESSED, CommitmentLevel.CONFIRMED, CommitmentLevel.FINALIZED);
        movesPercent = percent;
        return this;
    }

    /** Lets them do as they like for so long, and then be quiet until everything has arrived. */
    void live(Duration duration) {
        long until = world.time.nanos() + duration.toNanos();
        while (world.time.nanos() < until) {
            step();
            world.pass(Duration.ofMillis(random.nextInt(CHANGE_MILLIS_MAX)));
        }
        world.pass(Duration.ofSeconds(3));
        world.chain.stop();
        world.pass(Duration.ofSeconds(2));
    }

    private void step() {
        if (!present.isEmpty() && random.nextInt(100) < movesPercent) {
            sendAbout(present.get(random.nextInt(present.size())));
            return;
        }
        int what = random.nextInt(10);
        if (present.isEmpty() || (present.size() < atMost && what < 4)) {
            String id = "m" + joined++;
            Group group = random.nextInt(3) == 0 ? Group.HIGH : Group.MEDIUM;
            CommitmentLevel level =
                    levels.isEmpty() ? CommitmentLevel.PROCESSED : levels.get(random.nextInt(levels.size()));
            Watched newcomer =
                    new Watched(id, world.monitor(id, group), new DirectSubscription(mayMove, effectMax, lag), level);
            present.add(newcomer);
            all.add(newcomer);
            ask(newcomer);
        } else if (what < 8) {
            ask(present.get(random.nextInt(present.size())));
        } else {
            Watched leaving = present.remove(random.nextInt(present.size()));
            leaving.truth().leaves(world.time.nanos());
            leaving.reader().stream.close();
        }
    }

    private void ask(Watched monitor) {
        SubscribeRequest request = requests.next();
        if (!levels.isEmpty()) {
            request = request.toBuilder().setCommitment(monitor.level()).build();
        }
        monitor.truth().asks(world.time.nanos(), request);
        monitor.reader().ask(request);
    }

    private void sendAbout(Watched monitor) {
        if (random.nextInt(4) == 0) {
            world.pool.dedicate(monitor.id(), random.nextBoolean());
        } else {
            world.pool.move(monitor.id(), GROUPS.get(random.nextInt(GROUPS.size())));
        }
    }

    /** What is wrong with what each of them got. */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        for (Watched monitor : all) {
            String fault = monitor.truth().faultIn(monitor.reader().received, world.events);
            if (fault != null) {
                faults.add(monitor.id() + ": " + fault);
            }
        }
        return faults;
    }

    /** How much all of them got. */
    long received() {
        return all.stream()
                .mapToLong(monitor -> monitor.reader().received.size())
                .sum();
    }
}
