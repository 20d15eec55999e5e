package io.firehole.pool;

import io.firehole.pool.filling.GapFilling;
import io.firehole.pool.time.ControlThread;
import io.firehole.pool.time.VirtualTime;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executor;

/** A pool, its provider, a chain and readers in virtual time. */
final class World {

    final VirtualTime time = new VirtualTime();
    final Random random;
    final FakeProvider provider;
    final FakeChain chain;
    final List<FakeChain.Event> events = new ArrayList<>();
    final Pool pool;

    /** Where callers are called back. */
    Executor callbacks;

    World(long seed) {
        this(seed, PoolConfig.DEFAULT);
    }

    World(long seed, PoolConfig config) {
        this(seed, config, Optional.empty());
    }

    /** One whose gaps are filled like that. */
    World(long seed, PoolConfig config, Optional<GapFilling> filling) {
        random = new Random(seed);
        callbacks = time::execute;
        provider = new FakeProvider(time, random);
        provider.limits = config.profile().filters();
        chain = new FakeChain(time, random, 12, event -> {
            events.add(event);
            provider.on(event);
        });
        provider.replays = chain::replay;
        pool = Pool.start(
                config,
                provider,
                new PoolRuntime(
                        time,
                        () -> Instant.ofEpochSecond(0, time.nanos()),
                        this::control,
                        random,
                        task -> callbacks.execute(task),
                        filling,
                        Optional::empty));
    }

    /** The pool's thread, which ends before the world does. */
    private ControlThread control() {
        return new ControlThread() {
            @Override
            public void execute(Runnable task) {
                time.execute(task);
            }

            @Override
            public Timer after(long delayNanos, Runnable task) {
                return time.after(delayNanos, task);
            }

            @Override
            public boolean isCurrent() {
                return true;
            }

            @Override
            public void close() {
                // the provider and the chain go on
            }
        };
    }

    /** The chain runs and the pool has its first connection. */
    World running() {
        chain.start();
        pass(Duration.ofSeconds(2));
        return this;
    }

    void pass(Duration duration) {
        time.runFor(duration);
    }

    Reader monitor(String id) {
        return monitor(id, Group.MEDIUM);
    }

    Reader monitor(String id, Group group) {
        return new Reader(time, pool, new Monitor(id, group));
    }

    /** What happened to monitors and streams; connections come and go beside it. */
    List<PoolEvent> events() {
        return pool.stats().events().stream()
                .filter(event -> !event.kind().startsWith("connect"))
                .toList();
    }

    PoolStats.MonitorStats stats(String id) {
        return pool.stats().monitors().stream()
                .filter(monitor -> monitor.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    static SubscribeRequest transactions(String name, int... keys) {
        SubscribeRequestFilterTransactions.Builder filter = SubscribeRequestFilterTransactions.newBuilder();
        for (int key : keys) {
            filter.addAccountInclude(FakeChain.key(key));
        }
        return SubscribeRequest.newBuilder()
                .putTransactions(name, filter.build())
                .build();
    }

    static SubscribeRequest accounts(String name, int... keys) {
        SubscribeRequestFilterAccounts.Builder filter = SubscribeRequestFilterAccounts.newBuilder();
        for (int key : keys) {
            filter.addAccount(FakeChain.key(key));
        }
        return SubscribeRequest.newBuilder().putAccounts(name, filter.build()).build();
    }

    static SubscribeRequest slots(String name) {
        return SubscribeRequest.newBuilder()
                .putSlots(name, SubscribeRequestFilterSlots.getDefaultInstance())
                .build();
    }
}
