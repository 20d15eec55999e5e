package io.firehole.simulation;

import io.firehole.wire.GrpcStatus;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Something that goes wrong at the provider or on the way to it.
 *
 * @param atMillis when it begins
 * @param forMillis how long it lasts, where it does
 * @param which picks the connection or call that it befalls, and how
 */
record Trouble(int atMillis, Kind kind, int forMillis, int which) {

    enum Kind {
        /** One connection breaks. */
        RESET,
        /** The provider closes every connection. */
        CLOSED,
        /** The provider takes no more calls on a connection, and closes it some time later. */
        GO_AWAY,
        /** The provider ends a call, after all that it has sent. */
        CALL_ENDED,
        /** A call breaks; what is on its way is lost. */
        CALL_RESET,
        /** Nothing gets through on a connection any more, and nobody says so. */
        HALF_OPEN,
        /** Nothing arrives for some time, then everything does. */
        STALL,
        /** Every connection breaks, and connects are refused. */
        OUTAGE,
        /** Every connection breaks, and connects are not answered. */
        HANG,
        /** No replay for some time. */
        REPLAY_DENIED,
        /** The next replay breaks in the middle. */
        REPLAY_BREAKS,
        /** As an outage, and the provider has forgotten everything afterwards. */
        RESTART,
        /** The next slot dies. */
        DEAD_SLOT
    }

    private static final List<GrpcStatus> ENDS = List.of(
            GrpcStatus.Code.UNAVAILABLE.with("server is shutting down try again later"),
            GrpcStatus.Code.INTERNAL.with("lagged to receive geyser messages"),
            GrpcStatus.Code.INTERNAL.with("lagged to send an update"),
            GrpcStatus.Code.UNKNOWN.with("h2 protocol error"),
            GrpcStatus.OK);

    private static final GrpcStatus RESET_BY_PEER = GrpcStatus.Code.UNAVAILABLE.with("connection reset by peer");
    private static final GrpcStatus CLOSED_BY_SERVER = GrpcStatus.Code.UNAVAILABLE.with("connection closed by server");

    /** When it is over. */
    int endMillis() {
        return switch (kind) {
            case RESET, CLOSED, CALL_ENDED, CALL_RESET, REPLAY_BREAKS, DEAD_SLOT -> atMillis;
            case HALF_OPEN -> atMillis + (int) VirtualConnection.KEEPALIVE.toMillis();
            case GO_AWAY, STALL, OUTAGE, HANG, REPLAY_DENIED, RESTART -> atMillis + forMillis;
        };
    }

    Trouble lasting(int millis) {
        return new Trouble(atMillis, kind, millis, which);
    }

    /** Lets it happen. */
    void befall(VirtualProvider provider) {
        Weather weather = provider.weather;
        weather.troubled(provider.time.nanos());
        switch (kind) {
            case RESET -> one(provider.openConnections()).forEach(connection -> connection.cut(RESET_BY_PEER));
            case CLOSED -> provider.openConnections().forEach(connection -> connection.cut(CLOSED_BY_SERVER));
            case GO_AWAY ->
                one(provider.openConnections()).forEach(connection -> {
                    connection.goAway();
                    later(provider, () -> connection.cut(CLOSED_BY_SERVER));
                });
            case CALL_ENDED -> one(calls(provider)).forEach(call -> call.end(ENDS.get(which % ENDS.size())));
            case CALL_RESET -> one(calls(provider)).forEach(call -> call.cut(RESET_BY_PEER));
            case HALF_OPEN -> one(provider.openConnections()).forEach(VirtualConnection::fallsSilent);
            case STALL ->
                weather.stalledUntilNanos = Math.max(
                        weather.stalledUntilNanos, provider.time.nanos() + TimeUnit.MILLISECONDS.toNanos(forMillis));
            case OUTAGE -> {
                weather.refuses++;
                provider.openConnections().forEach(connection -> connection.cut(RESET_BY_PEER));
                later(provider, () -> weather.refuses--);
            }
            case HANG -> {
                weather.hangs++;
                provider.openConnections().forEach(connection -> connection.cut(RESET_BY_PEER));
                later(provider, () -> weather.hangs--);
            }
            case REPLAY_DENIED -> {
                weather.deniesReplay++;
                later(provider, () -> weather.deniesReplay--);
            }
            case REPLAY_BREAKS -> {
                weather.replayBreaksAfter = which % 7;
                weather.replayBreaksWith = which % 2 == 0 ? null : ENDS.get(which % (ENDS.size() - 1));
            }
            case RESTART -> {
                weather.refuses++;
                provider.openConnections().forEach(connection -> connection.cut(RESET_BY_PEER));
                later(provider, () -> {
                    weather.refuses--;
                    weather.remembersFrom = provider.chain.newestBlock() + 1;
                });
            }
            case DEAD_SLOT -> provider.chain.killNextSlot();
        }
    }

    private void later(VirtualProvider provider, Runnable task) {
        provider.time.after(Duration.ofMillis(forMillis).toNanos(), () -> {
            provider.weather.troubled(provider.time.nanos());
            task.run();
        });
    }

    private static List<VirtualCall> calls(VirtualProvider provider) {
        return provider.openConnections().stream()
                .flatMap(connection -> connection.calls().stream())
                .toList();
    }

    private <T> List<T> one(List<T> of) {
        return of.isEmpty() ? List.of() : List.of(of.get(which % of.size()));
    }

    /** Some trouble within that time. */
    static Trouble random(RandomGenerator random, int untilMillis) {
        List<Kind> kinds = List.of(Kind.values());
        Kind kind = kinds.get(random.nextInt(kinds.size()));
        int sort = random.nextInt(100);
        int lasts = sort < 50
                ? 100 + random.nextInt(2_900)
                : sort < 85
                        ? 3_000 + random.nextInt(12_000)
                        : sort < 97 ? 15_000 + random.nextInt(45_000) : 60_000 + random.nextInt(140_000);
        if (kind == Kind.STALL) {
            lasts = 50 + random.nextInt(6_000);
        } else if (kind == Kind.RESTART) {
            lasts = 500 + random.nextInt(15_000);
        }
        return new Trouble(random.nextInt(untilMillis), kind, lasts, random.nextInt(1_000));
    }
}
