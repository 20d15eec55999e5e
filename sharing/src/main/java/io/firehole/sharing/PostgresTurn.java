package io.firehole.sharing;

import io.firehole.pool.budget.ledger.LedgerEntry;
import io.firehole.pool.budget.ledger.LedgerView;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The entries of one turn, and what the decision changes. Nothing is written here. */
final class PostgresTurn implements LedgerView {

    private final long nowNanos;
    private final Map<UUID, LedgerEntry> entries = new LinkedHashMap<>();
    private final Map<UUID, LedgerEntry> added = new LinkedHashMap<>();
    private final Map<UUID, LedgerEntry> bound = new LinkedHashMap<>();

    PostgresTurn(long nowNanos, List<LedgerEntry> live) {
        this.nowNanos = nowNanos;
        live.forEach(entry -> entries.put(entry.id(), entry));
    }

    @Override
    public long nowNanos() {
        return nowNanos;
    }

    @Override
    public List<LedgerEntry> entries() {
        return List.copyOf(entries.values());
    }

    @Override
    public void add(LedgerEntry entry) {
        entries.put(entry.id(), entry);
        added.put(entry.id(), entry);
        bound.remove(entry.id());
    }

    @Override
    public void bound(UUID id, long boundNanos) {
        LedgerEntry entry = entries.get(id);
        if (entry == null || entry.boundNanos() == boundNanos) {
            return;
        }
        LedgerEntry moved = entry.withBound(boundNanos);
        entries.put(id, moved);
        (added.containsKey(id) ? added : bound).put(id, moved);
    }

    List<LedgerEntry> added() {
        return List.copyOf(added.values());
    }

    List<LedgerEntry> bound() {
        return List.copyOf(bound.values());
    }

    int size() {
        return entries.size();
    }
}
