package io.firehole.simulator.chain;

import io.firehole.simulator.chain.RingEvent.Block;
import io.firehole.simulator.chain.RingEvent.BlockMeta;
import io.firehole.simulator.chain.RingEvent.Data;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SlotStatus;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Makes the chain happen: what is due becomes events on the rings, in the order in which it is due.
 *
 * <p>Each step of a slot brings forth the next: it begins, gets its bank, sends its data chunk by chunk, is sealed (or
 * dies), confirmed, finalized. So the queue holds a few dozen steps however long the chain runs. The same
 * configuration gives the same events, however often or seldom {@link #advanceTo} is called.
 *
 * <p>{@code advanceTo} and {@code nextDueNanos} belong to the driver; {@link #killNext} may come from anywhere, which
 * the lock is for; {@link #head} is read by all.
 */
final class Clockwork {
    private enum Stage {
        BEGIN,
        BANK,
        CHUNK,
        SEAL,
        CONFIRM,
        FINALIZE
    }

    private record Step(long dueNanos, long slot, Stage stage, int chunk) {
        static final Comparator<Step> ORDER = Comparator.comparingLong(Step::dueNanos)
                .thenComparingLong(Step::slot)
                .thenComparing(Step::stage)
                .thenComparingInt(Step::chunk);
    }

    private final SlotEvents events;
    private final ChainCalendar calendar;
    private final SlotDerivation derivation;
    private final long startNanos;
    private final Rings rings = new Rings();
    private final PriorityQueue<Step> steps = new PriorityQueue<>(Step.ORDER);

    /** Written under the lock only. */
    private volatile ChainHead head;

    Clockwork(ChainConfig config, ChainCalendar calendar, SlotDerivation derivation, long startNanos) {
        this.events = new SlotEvents(derivation, calendar);
        this.calendar = calendar;
        this.derivation = derivation;
        this.startNanos = startNanos;
        Lineage lineage = new Lineage(calendar);
        long processed = lineage.parent(config.firstSlot());
        long confirmed = processed;
        while (calendar.nanosAfterStart(confirmed, calendar.confirmedMicros(confirmed)) > 0) {
            schedule(confirmed, Stage.CONFIRM, calendar.confirmedMicros(confirmed));
            confirmed = lineage.parent(confirmed);
        }
        long finalized = processed;
        while (calendar.nanosAfterStart(finalized, calendar.finalizedMicros(finalized)) > 0) {
            schedule(finalized, Stage.FINALIZE, calendar.finalizedMicros(finalized));
            finalized = lineage.parent(finalized);
        }
        head = new ChainHead(processed, processed, processed, confirmed, finalized, lineage);
        scheduleBegin(config.firstSlot() - 1);
    }

    ChainHead head() {
        return head;
    }

    Rings rings() {
        return rings;
    }

    /** How many events that made. */
    synchronized int advanceTo(long nowNanos, Instant now) {
        long before = rings.appended();
        for (Step step = steps.peek(); step != null && step.dueNanos - nowNanos <= 0; step = steps.peek()) {
            steps.remove();
            run(step, now);
        }
        return (int) (rings.appended() - before);
    }

    synchronized long nextDueNanos() {
        Step next = steps.peek();
        if (next == null) {
            throw new IllegalStateException("the chain never ends");
        }
        return next.dueNanos;
    }

    /** Dooms the first slot above all that began or are doomed. */
    synchronized long killNext() {
        Lineage lineage = head.lineage();
        long slot = head.begun() + 1;
        while (!lineage.hasBlock(slot)) {
            slot++;
        }
        head = head.withLineage(lineage.withDeath(slot));
        return slot;
    }

    private void schedule(long slot, Stage stage, long micros) {
        schedule(slot, stage, micros, 0);
    }

    private void schedule(long slot, Stage stage, long micros, int chunk) {
        steps.add(new Step(startNanos + calendar.nanosAfterStart(slot, micros), slot, stage, chunk));
    }

    private void scheduleBegin(long after) {
        long slot = after + 1;
        while (calendar.skipped(slot)) {
            slot++;
        }
        schedule(slot, Stage.BEGIN, 0);
    }

    private void run(Step step, Instant now) {
        long slot = step.slot;
        switch (step.stage) {
            case BEGIN -> {
                head = head.withBegun(slot);
                status(slot, SlotStatus.SLOT_FIRST_SHRED_RECEIVED, now);
                schedule(slot, Stage.BANK, ChainCalendar.CREATED_BANK_MICROS);
                scheduleBegin(slot);
            }
            case BANK -> {
                status(slot, SlotStatus.SLOT_CREATED_BANK, now);
                deshredChunk(slot, 0, now);
                schedule(slot, Stage.CHUNK, SlotLayout.dueMicros(0), 0);
            }
            case CHUNK -> chunk(slot, step.chunk, now);
            case SEAL -> {
                head = head.withProcessed(slot);
                rings.of(CommitmentLevel.PROCESSED).append(new Block(slot, now));
                rings.of(CommitmentLevel.PROCESSED).append(new BlockMeta(slot, now));
                status(slot, SlotStatus.SLOT_PROCESSED, now);
                schedule(slot, Stage.CONFIRM, calendar.confirmedMicros(slot));
                schedule(slot, Stage.FINALIZE, calendar.finalizedMicros(slot));
            }
            case CONFIRM -> {
                head = head.withConfirmed(slot);
                events.frozen(slot, now, now).forEach(rings.of(CommitmentLevel.CONFIRMED)::append);
                status(slot, SlotStatus.SLOT_CONFIRMED, now);
            }
            case FINALIZE -> {
                head = head.withFinalized(slot);
                events.frozen(slot, now, now).forEach(rings.of(CommitmentLevel.FINALIZED)::append);
                status(slot, SlotStatus.SLOT_FINALIZED, now);
            }
        }
    }

    private void chunk(long slot, int chunk, Instant now) {
        SlotLayout layout = derivation.layout(slot);
        data(rings.of(CommitmentLevel.PROCESSED), slot, layout.chunkFrom(chunk), layout.chunkTo(chunk), now);
        if (head.lineage().died(slot) && chunk == derivation.deathChunk(slot)) {
            head = head.withDied(slot);
            status(slot, SlotStatus.SLOT_DEAD, now);
            return;
        }
        if (chunk == layout.completedChunk()) {
            status(slot, SlotStatus.SLOT_COMPLETED, now);
        }
        if (chunk + 1 < layout.chunks()) {
            deshredChunk(slot, chunk + 1, now);
            schedule(slot, Stage.CHUNK, SlotLayout.dueMicros(chunk + 1), chunk + 1);
        } else {
            schedule(slot, Stage.SEAL, ChainCalendar.SEAL_MICROS);
        }
    }

    /** Deshred streams are one chunk ahead: they see transactions before these are executed. */
    private void deshredChunk(long slot, int chunk, Instant now) {
        SlotLayout layout = derivation.layout(slot);
        data(rings.deshred(), slot, layout.chunkFrom(chunk), layout.chunkTo(chunk), now);
    }

    private static void data(Ring ring, long slot, int from, int to, Instant now) {
        if (from < to) {
            ring.append(new Data(slot, from, to, false, now));
        }
    }

    private void status(long slot, SlotStatus status, Instant now) {
        rings.appendToAll(events.status(slot, status, head.lineage(), now));
    }
}
