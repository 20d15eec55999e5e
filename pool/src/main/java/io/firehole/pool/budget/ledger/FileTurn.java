package io.firehole.pool.budget.ledger;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * A ledger file as one turn finds it, and what that turn changes: nothing is written here.
 *
 * <p>What cannot be read counts. A damaged slot stands for an attempt of either kind that was granted just now; and if the
 * clocks went back, so that nobody can say how old the entries of another boot are, each of them counts as granted just
 * now, too. Both are written down as such, so that they grow old.
 */
final class FileTurn implements LedgerView {

    private final Stamp now;
    private final long keepNanos;
    private final Map<UUID, Line> lines = new LinkedHashMap<>();
    private final TreeSet<Integer> free = new TreeSet<>();
    private final Map<Integer, Slot.Taken> changed = new TreeMap<>();
    private final Set<Integer> added = new HashSet<>();
    private boolean mustLast;
    private int slotsNeeded;
    private int unreadable;
    private int untimely;

    FileTurn(LedgerImage image, Stamp now, Retention retention) {
        this.now = now;
        this.keepNanos = retention.keep().toNanos();
        this.slotsNeeded = image.slots();
        Map<Integer, Slot.Taken> taken = new HashMap<>();
        for (int index = 0; index < image.slots(); index++) {
            switch (image.slot(index)) {
                case Slot.Free empty -> free.add(index);
                case Slot.Taken slot -> taken.put(index, slot);
                case Slot.Unreadable damaged -> {
                    unreadable++;
                    renew(
                            index,
                            UUID.randomUUID(),
                            Set.of(AttemptKind.values()),
                            retention.unproven().toNanos());
                }
            }
        }
        boolean wentBack = taken.values().stream()
                .anyMatch(slot -> slot.granted().ageNanos(now).isEmpty());
        taken.forEach((index, slot) -> place(index, slot, wentBack));
    }

    private void place(int index, Slot.Taken slot, boolean wentBack) {
        OptionalLong age = slot.granted().ageNanos(now);
        boolean known = age.isPresent() && (!wentBack || slot.granted().boot().equals(now.boot()));
        if (!known) {
            untimely++;
            renew(index, slot.id(), slot.kinds(), slot.spanNanos());
        } else if (age.getAsLong() - slot.spanNanos() >= keepNanos) {
            free.add(index);
        } else {
            lines.put(slot.id(), new Line(index, slot, now.bootNanos() - age.getAsLong()));
        }
    }

    private void renew(int index, UUID id, Set<AttemptKind> kinds, long spanNanos) {
        write(new Line(index, new Slot.Taken(id, kinds, now, spanNanos), now.bootNanos()));
        mustLast = true;
    }

    @Override
    public long nowNanos() {
        return now.bootNanos();
    }

    @Override
    public List<LedgerEntry> entries() {
        List<LedgerEntry> entries = new ArrayList<>(lines.size());
        for (Line line : lines.values()) {
            UUID id = line.slot.id();
            for (AttemptKind kind : AttemptKind.values()) {
                if (line.slot.kinds().contains(kind)) {
                    entries.add(new LedgerEntry(id, kind, line.grantedNanos, line.boundNanos()));
                    // An entry of both kinds is two for those who read it, and no two have the same id.
                    id = new UUID(~id.getMostSignificantBits(), id.getLeastSignificantBits());
                }
            }
        }
        return entries;
    }

    @Override
    public void add(LedgerEntry entry) {
        Line same = lines.get(entry.id());
        int index = same == null ? place() : same.index;
        if (same == null) {
            added.add(index);
        }
        Stamp granted = now.plusNanos(entry.grantedNanos() - now.bootNanos());
        long span = Math.max(0, entry.boundNanos() - entry.grantedNanos());
        write(new Line(index, new Slot.Taken(entry.id(), Set.of(entry.kind()), granted, span), entry.grantedNanos()));
        mustLast = true;
    }

    @Override
    public void bound(UUID id, long boundNanos) {
        Line line = lines.get(id);
        if (line == null || line.boundNanos() == boundNanos) {
            return;
        }
        mustLast |= boundNanos > line.boundNanos();
        Slot.Taken slot = line.slot;
        long span = Math.max(0, boundNanos - line.grantedNanos);
        write(new Line(line.index, new Slot.Taken(slot.id(), slot.kinds(), slot.granted(), span), line.grantedNanos));
    }

    /** What is to be written, by slot. */
    Map<Integer, Slot.Taken> changed() {
        return changed;
    }

    /** Whether that slot holds an entry which this turn has added, and which would not be missed. */
    boolean added(int index) {
        return added.contains(index);
    }

    /** Whether that must be durable before the turn is done. */
    boolean mustLast() {
        return mustLast;
    }

    /** How many slots the file must have: more than it has, if there was no room. */
    int slotsNeeded() {
        return slotsNeeded;
    }

    /** Slots that were damaged. */
    int unreadable() {
        return unreadable;
    }

    /** Entries that count as new since the clocks went back. */
    int untimely() {
        return untimely;
    }

    private int place() {
        Integer index = free.pollFirst();
        return index == null ? slotsNeeded++ : index;
    }

    private void write(Line line) {
        lines.put(line.slot.id(), line);
        changed.put(line.index, line.slot);
    }

    /** A live entry and its place, timed by this boot's clock. */
    private record Line(int index, Slot.Taken slot, long grantedNanos) {
        long boundNanos() {
            return grantedNanos + slot.spanNanos();
        }
    }
}
