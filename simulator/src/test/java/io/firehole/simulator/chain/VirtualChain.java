package io.firehole.simulator.chain;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterBlocksMeta;
import io.firehole.wire.proto.SubscribeRequestFilterEntry;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.SubscribeUpdate;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A chain whose time goes on only when a test says so, and what subscribers get of it. */
public final class VirtualChain {
    public static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    /** Odd, so that steps and slots do not march together. */
    private static final long STEP_NANOS = Duration.ofMillis(37).toNanos();

    private static final long START_NANOS = -5_000_000_000L;

    public final Chain chain;
    private long passedNanos;

    public VirtualChain(ChainConfig config) {
        chain = Chain.start(config, ChainTemplates.builtIn(), START_NANOS, START);
    }

    public static ChainConfig config() {
        return ChainConfig.DEFAULT.withSeed(7).withSkipEvery(5);
    }

    /** Lets time pass, in small steps. */
    public void pass(Duration duration) {
        for (long end = passedNanos + duration.toNanos(); passedNanos < end; ) {
            passedNanos = Math.min(end, passedNanos + STEP_NANOS);
            chain.advanceTo(START_NANOS + passedNanos, now());
        }
    }

    public void passSlots(int slots) {
        pass(ChainConfig.SLOT.multipliedBy(slots));
    }

    public Instant now() {
        return START.plusNanos(passedNanos);
    }

    public Subscriber subscribe(SubscribeRequest request) {
        return new Subscriber(request);
    }

    /** Everything, under one name per kind, but blocks. */
    public static SubscribeRequest everything(CommitmentLevel level) {
        return SubscribeRequest.newBuilder()
                .setCommitment(level)
                .putAccounts("accounts", SubscribeRequestFilterAccounts.getDefaultInstance())
                .putTransactions("transactions", SubscribeRequestFilterTransactions.getDefaultInstance())
                .putTransactionsStatus("statuses", SubscribeRequestFilterTransactions.getDefaultInstance())
                .putEntry("entries", SubscribeRequestFilterEntry.getDefaultInstance())
                .putBlocksMeta("metas", SubscribeRequestFilterBlocksMeta.getDefaultInstance())
                .putSlots(
                        "slots",
                        SubscribeRequestFilterSlots.newBuilder()
                                .setInterslotUpdates(true)
                                .build())
                .build();
    }

    /** Block metas and all slot statuses: cheap to follow for long. */
    static SubscribeRequest seals(CommitmentLevel level) {
        return everything(level).toBuilder()
                .clearAccounts()
                .clearTransactions()
                .clearTransactionsStatus()
                .clearEntry()
                .build();
    }

    /** What replay gives of finalized slots. */
    public List<SubscribeUpdate> replayed(SubscribeRequest request, long from, long to) {
        ReplayAnswer answer = chain.replay(from, CommitmentLevel.FINALIZED, now());
        if (!(answer instanceof ReplayAnswer.Replayed replayed)) {
            throw new AssertionError(answer);
        }
        return decode(
                chain.match(compile(request)),
                replayed.events().stream().filter(event -> event.slot() <= to).toList());
    }

    static FilterSet compile(SubscribeRequest request) {
        try {
            return FilterSet.compile(request, FilterLimits.UNLIMITED);
        } catch (InvalidFilterException e) {
            throw new AssertionError(e);
        }
    }

    /** Writes events as messages and decodes them again. */
    static List<SubscribeUpdate> decode(Matches matches, Iterable<RingEvent> events) {
        List<SubscribeUpdate> updates = new ArrayList<>();
        for (RingEvent event : events) {
            int done = matches.write(event, Matches.START, (kind, names, payload, offset, length, createdAt) -> {
                ByteArrayOutputStream message = new ByteArrayOutputStream();
                message.writeBytes(names);
                message.write(payload, offset, length);
                message.writeBytes(createdAt);
                try {
                    updates.add(SubscribeUpdate.parseFrom(ByteString.copyFrom(message.toByteArray())));
                } catch (InvalidProtocolBufferException e) {
                    throw new AssertionError("a message of kind " + kind + " does not parse", e);
                }
                return true;
            });
            if (done != Matches.DONE) {
                throw new AssertionError("stopped at " + done + " of " + event + " though the sink took everything");
            }
        }
        return updates;
    }

    /** One uninterrupted subscription, from now on. */
    public final class Subscriber {
        private final Matches matches;
        private final RingCursor cursor;

        private Subscriber(SubscribeRequest request) {
            FilterSet filters = compile(request);
            matches = chain.match(filters);
            cursor = chain.ring(filters.commitment()).cursor();
        }

        /** The events since the last call. */
        List<RingEvent> events() {
            List<RingEvent> events = new ArrayList<>();
            for (RingEvent event = cursor.poll(); event != null; event = cursor.poll()) {
                events.add(event);
            }
            if (cursor.lagged()) {
                throw new AssertionError("the ring overran its reader");
            }
            return events;
        }

        /** The updates since the last call. */
        public List<SubscribeUpdate> updates() {
            return decode(matches, events());
        }

        /** Those since the last call that are of these slots, both included. */
        public List<SubscribeUpdate> updates(long from, long to) {
            return decode(
                    matches,
                    events().stream()
                            .filter(event -> event.slot() >= from && event.slot() <= to)
                            .toList());
        }
    }
}
