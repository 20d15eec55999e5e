package io.firehole.pool.routing;

import io.firehole.pool.time.NanoClock;
import io.firehole.wire.RawUpdate;
import io.firehole.wire.UpdateKind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The router of a call that one monitor has for itself: its request went up as it was, so its own names come down, and
 * all there is to do is to take out the names of the internal filters.
 */
public final class VerbatimRouter extends Router {

    private final byte[] internalPrefix;
    private final Recipient recipient;
    private final Term first;
    private boolean begun;

    /** The latest request. Written by the control thread. */
    private volatile Term latest;

    /**
     * @param internalPrefix how the names of the internal filters begin, and no name in the monitor's slots and
     *     blocks_meta filters; a label of {@link LabelText} follows it
     * @param first the monitor's first request on this call
     */
    public VerbatimRouter(NanoClock clock, Events events, String internalPrefix, Term first) {
        this(clock, events, internalPrefix, first, null);
    }

    /** @param gate lets through what is missing, on a call that is a replay */
    public VerbatimRouter(
            NanoClock clock, Events events, String internalPrefix, Term first, @Nullable ReplayGate gate) {
        super(clock, events, gate);
        this.internalPrefix = internalPrefix.getBytes(StandardCharsets.UTF_8);
        this.recipient = first.recipient();
        this.first = first;
        this.latest = first;
    }

    /** The monitor has asked for something else, on the same call. Control thread. */
    public void use(Term next) {
        latest = next;
    }

    @Override
    void route(RawUpdate update) {
        int proved = 0;
        if (!begun) {
            // Data, and so the first request is in effect: before it the filter matches nothing.
            begun = true;
            proved = first.from();
            first.begin(slots());
        }
        int internal = 0;
        boolean slot = update.kind() == UpdateKind.SLOT;
        if (slot || update.kind() == UpdateKind.BLOCK_META) {
            for (int i = 0; i < update.filterCount(); i++) {
                if (isInternal(update, i)) {
                    internal++;
                    long label = label(update, i);
                    if (LabelText.isInternal(label)) {
                        proved = Math.max(proved, LabelText.request(label));
                    }
                }
            }
            if (!slot) {
                sealSeen(update);
            } else if (internal == 0) {
                // Where there was no room for the internal filter nothing tells which request it is.
                proved = latest.from();
            }
        }
        Term term = latest;
        boolean progress = inEffect(proved);
        if (term.from() <= requestInEffect()) {
            progress |= term.begin(slots());
        }
        if (progress) {
            tellProgress();
        }
        if (slot) {
            slotSeen(update);
            settle(term, update);
        }
        deliver(update, internal);
    }

    @Override
    void concernedBy(byte[] message, long newestSlot, Set<String> monitors) {
        latest.addMonitor(newestSlot, monitors);
    }

    private void settle(Term term, RawUpdate update) {
        if (!term.isSettled()) {
            term.onSlot(update.slot(), update.status());
            if (term.isSettled()) {
                foundWholeSlot(term);
            }
        }
    }

    private void deliver(RawUpdate update, int internal) {
        if (update.kind() == UpdateKind.BLOCK && !admitsBlock(update, namesOf(update))) {
            return;
        }
        if (recipient.isOver()) {
            counts().wasUnrouted();
        } else if (internal == 0) {
            recipient.take(update, Recipient.NO_NAMES, update.buffer(), 0, update.buffer().length);
        } else if (internal < update.filterCount()) {
            byte[] names = Recipient.NO_NAMES;
            for (int i = 0; i < update.filterCount(); i++) {
                if (!isInternal(update, i)) {
                    names = Target.joined(
                            names, Target.encoded(update.buffer(), update.filterOffset(i), update.filterLength(i)));
                }
            }
            recipient.take(update, names, update.tail(), update.tailOffset(), update.tailLength());
        }
    }

    /** Stands for the names under which a block comes: one, as a rule. */
    private static long namesOf(RawUpdate block) {
        long names = 0;
        for (int i = 0; i < block.filterCount(); i++) {
            names = names * 31 + block.filter(i).hashCode();
        }
        return names << Integer.SIZE ^ names;
    }

    private boolean isInternal(RawUpdate update, int i) {
        int offset = update.filterOffset(i);
        return update.filterLength(i) > internalPrefix.length
                && Arrays.equals(
                        update.buffer(),
                        offset,
                        offset + internalPrefix.length,
                        internalPrefix,
                        0,
                        internalPrefix.length);
    }

    private long label(RawUpdate update, int i) {
        return LabelText.read(
                update.buffer(),
                update.filterOffset(i) + internalPrefix.length,
                update.filterLength(i) - internalPrefix.length);
    }
}
