package io.firehole.gateway.access;

import io.firehole.pool.Group;
import io.firehole.pool.Monitor;
import io.firehole.pool.time.NanoClock;
import io.firehole.wire.GrpcStatus;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lets calls in and gives them a name. Any thread; never blocks.
 *
 * <p>The monitor's id is that of the token's line, else {@code x-monitor-id}, else {@code x-subscription-id}, else made of
 * the client's address and a number. Its group is that of the token's line, else {@code x-frequency}, else the one configured
 * for the id, else medium; what the operator has said, by the token's line or by configuration, is kept whatever the
 * monitor's rate. Whether it gets a stream of the provider to itself is configured for the id.
 */
public final class Doorkeeper {

    private static final String TOKEN = "x-token";
    private static final String MONITOR_ID = "x-monitor-id";
    private static final String SUBSCRIPTION_ID = "x-subscription-id";
    private static final String FREQUENCY = "x-frequency";

    /** A call's metadata. */
    @FunctionalInterface
    public interface Metadata {

        /** The first value under that name, which is in lower case; null if there is none. */
        @Nullable
        String get(String name);
    }

    private final Optional<TokenTable> tokens;
    private final Function<String, Optional<Group>> groupOfMonitor;
    private final Predicate<String> dedicated;
    private final CallRate callRate;
    private final AtomicLong unnamed = new AtomicLong();

    /**
     * @param tokens empty lets everyone in, whatever the token
     * @param groupOfMonitor the configured group of a monitor id
     * @param dedicated which monitor ids get a stream of the provider to themselves
     * @param calls how many calls one address may make at once, and again in each {@code per}
     */
    public Doorkeeper(
            Optional<TokenTable> tokens,
            Function<String, Optional<Group>> groupOfMonitor,
            Predicate<String> dedicated,
            int calls,
            Duration per,
            NanoClock clock) {
        this.tokens = tokens;
        this.groupOfMonitor = groupOfMonitor;
        this.dedicated = dedicated;
        this.callRate = new CallRate(clock, calls, per);
    }

    /**
     * Decides on one call.
     *
     * @param from the client's address
     */
    public Admission admit(Metadata metadata, InetAddress from) {
        Duration wait = callRate.take(from);
        if (!wait.isZero()) {
            return new Admission.Refused(
                    Refusal.CALL_RATE,
                    GrpcStatus.Code.RESOURCE_EXHAUSTED.with("rate limit exceeded: too many calls from "
                            + from.getHostAddress() + ", try again in " + Math.max(1, wait.toMillis()) + " ms"));
        }
        Optional<TokenTable.Bearer> bearer = tokens.flatMap(table -> table.bearerOf(metadata.get(TOKEN)));
        if (tokens.isPresent() && bearer.isEmpty()) {
            return new Admission.Refused(Refusal.TOKEN, GrpcStatus.Code.UNAUTHENTICATED.with("No valid auth token"));
        }
        try {
            String id = bearer.map(TokenTable.Bearer::monitorId).orElseGet(() -> idFrom(metadata, from));
            Optional<Group> asked = frequency(metadata.get(FREQUENCY));
            return new Admission.Granted(
                    monitor(id, bearer.flatMap(TokenTable.Bearer::group), asked).dedicated(dedicated.test(id)));
        } catch (IllegalArgumentException e) {
            return new Admission.Refused(
                    Refusal.METADATA, GrpcStatus.Code.INVALID_ARGUMENT.with(String.valueOf(e.getMessage())));
        }
    }

    private Monitor monitor(String id, Optional<Group> ofToken, Optional<Group> asked) {
        if (ofToken.isEmpty() && asked.isPresent()) {
            return new Monitor(id, asked.get());
        }
        return ofToken.or(() -> groupOfMonitor.apply(id))
                .map(group -> new Monitor(id, group).asFixed())
                .orElseGet(() -> new Monitor(id, Group.MEDIUM));
    }

    private String idFrom(Metadata metadata, InetAddress from) {
        for (String name : List.of(MONITOR_ID, SUBSCRIPTION_ID)) {
            String id = metadata.get(name);
            if (id != null && !id.isBlank()) {
                return MonitorIds.check(id.strip(), name);
            }
        }
        return from.getHostAddress() + "#" + unnamed.incrementAndGet();
    }

    private static Optional<Group> frequency(@Nullable String word) {
        if (word == null || word.isBlank()) {
            return Optional.empty();
        }
        Optional<Group> group = Group.of(word.strip());
        if (group.isEmpty()) {
            throw new IllegalArgumentException(FREQUENCY + " must be high, medium or low");
        }
        return group;
    }
}
