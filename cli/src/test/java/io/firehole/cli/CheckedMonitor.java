package io.firehole.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.filters.tally.Identifier;
import io.firehole.filters.tally.Tally;
import io.firehole.pool.Gap;
import io.firehole.pool.MonitorListener;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A monitor that compares what it gets, slot by slot, with what the provider says a direct subscriber gets, and forgets it
 * then. It asks for block metas beside its own: nothing of a slot may come behind that slot's, or behind a later one. Any thread.
 */
final class CheckedMonitor implements MonitorListener {

    /** Compared together; slot by slot only if they differ. */
    private static final int TOGETHER = 10;

    private static final int FAULTS_TOLD = 20;

    private final String id;
    private final SubscribeRequest request;
    private final LongConsumer sealed;

    /** What came, by slot, kind and filter name. */
    private final NavigableMap<Long, Map<String, List<String>>> received = new TreeMap<>();

    private final Set<Long> differing = new TreeSet<>();
    private final NavigableMap<Long, String> lacking = new TreeMap<>();
    private final List<String> faults = new ArrayList<>();
    private long newestSeal;

    /** Up to there nothing is compared. */
    private long unchecked;

    private long checkedTo;
    private long updates;
    private @Nullable GrpcStatus end;

    /** @param sealed hears of each slot at its block meta */
    CheckedMonitor(String id, SubscribeRequest request, LongConsumer sealed) {
        this.id = id;
        this.request = request;
        this.sealed = sealed;
    }

    String id() {
        return id;
    }

    SubscribeRequest request() {
        return request;
    }

    @Override
    public synchronized void onUpdate(SubscribeUpdate update) {
        switch (update.getUpdateOneofCase()) {
            case TRANSACTION ->
                took(
                        "transactions",
                        update,
                        update.getTransaction().getSlot(),
                        Identifier.transaction(
                                update.getTransaction().getTransaction().getSignature()));
            case ACCOUNT -> {
                SubscribeUpdateAccountInfo account = update.getAccount().getAccount();
                took(
                        "accounts",
                        update,
                        update.getAccount().getSlot(),
                        Identifier.account(account.getPubkey(), account.getWriteVersion()));
            }
            case ENTRY ->
                took(
                        "entry",
                        update,
                        update.getEntry().getSlot(),
                        Identifier.entry(
                                update.getEntry().getSlot(), update.getEntry().getIndex()));
            case BLOCK_META -> {
                long slot = update.getBlockMeta().getSlot();
                took(
                        "blocks_meta",
                        update,
                        slot,
                        Identifier.blockMeta(slot, update.getBlockMeta().getBlockhash()));
                newestSeal = Math.max(newestSeal, slot);
                sealed.accept(slot);
            }
            case SLOT -> {
                long slot = update.getSlot().getSlot();
                SlotStatus status = update.getSlot().getStatus();
                if (slot > newestSeal) {
                    fault("status " + status + " of slot " + slot + " before its block meta");
                }
                put("slots", update, slot, Identifier.slot(slot, status));
            }
            default -> {}
        }
    }

    private void took(String kind, SubscribeUpdate update, long slot, String identifier) {
        if (slot <= newestSeal) {
            fault(kind + " " + identifier + " of slot " + slot + " behind the block meta of " + newestSeal);
        }
        put(kind, update, slot, identifier);
    }

    private void put(String kind, SubscribeUpdate update, long slot, String identifier) {
        updates++;
        if (slot <= unchecked) {
            return;
        }
        if (slot <= checkedTo) {
            fault(kind + " " + identifier + " of slot " + slot + ", much too late");
            return;
        }
        for (String name : update.getFiltersList()) {
            received.computeIfAbsent(slot, first -> new LinkedHashMap<>())
                    .computeIfAbsent(kind + "/" + name, first -> new ArrayList<>())
                    .add(identifier);
        }
    }

    @Override
    public synchronized void onEnd(GrpcStatus why) {
        end = why;
    }

    private void fault(String what) {
        if (faults.size() < FAULTS_TOLD) {
            faults.add(what);
        }
    }

    /** The slots up to that one are none of its business. */
    synchronized void begins(long slot) {
        unchecked = slot;
        checkedTo = slot;
        received.headMap(slot, true).clear();
    }

    /** Whether it has had the first slot that is compared. */
    synchronized boolean hasBegun() {
        return newestSeal > unchecked;
    }

    synchronized boolean isServed() {
        return newestSeal > 0;
    }

    synchronized long newestSeal() {
        return newestSeal;
    }

    synchronized long checkedTo() {
        return checkedTo;
    }

    synchronized long updates() {
        return updates;
    }

    /** The next slots to compare, if it has so many behind which so many more have come. */
    private synchronized @Nullable NavigableMap<Long, Map<String, List<String>>> next(int margin) {
        if (checkedTo == 0 || newestSeal - margin < checkedTo + TOGETHER) {
            return null;
        }
        NavigableMap<Long, Map<String, List<String>>> head = received.headMap(checkedTo + TOGETHER, true);
        NavigableMap<Long, Map<String, List<String>>> next = new TreeMap<>(head);
        head.clear();
        checkedTo += TOGETHER;
        return next;
    }

    /** Compares whatever is behind it by so many slots. One thread. */
    void check(ProviderProcess provider, int margin) throws IOException, InterruptedException {
        CommitmentLevel level = request.getCommitment();
        while (true) {
            NavigableMap<Long, Map<String, List<String>>> slots = next(margin);
            if (slots == null) {
                return;
            }
            long to = checkedTo();
            long from = to - TOGETHER + 1;
            if (!same(
                    all(slots), provider.truth(request, level, from, to, false).orElseThrow())) {
                for (long slot = from; slot <= to; slot++) {
                    check(provider, slot, slots.getOrDefault(slot, Map.of()));
                }
            }
        }
    }

    private void check(ProviderProcess provider, long slot, Map<String, List<String>> came)
            throws IOException, InterruptedException {
        CommitmentLevel level = request.getCommitment();
        JsonNode truth = provider.truth(request, level, slot, slot, false).orElseThrow();
        if (same(came, truth)) {
            return;
        }
        JsonNode replayable = provider.truth(request, level, slot, slot, true).orElseThrow();
        boolean each = came.values().stream().allMatch(ids -> new LinkedHashSet<>(ids).size() == ids.size());
        synchronized (this) {
            if (level == CommitmentLevel.PROCESSED && each && same(lastWrites(came), replayable)) {
                differing.add(slot);
            } else if (each && isPart(came, truth)) {
                lacking.put(slot, "came " + counts(came) + ", to come " + truth + ", replayable " + replayable);
            } else {
                fault("slot " + slot + ": came " + counts(came) + ", " + (each ? "each once" : "some twice")
                        + "; to come " + truth + ", replayable " + replayable);
            }
        }
    }

    private static Map<String, List<String>> all(NavigableMap<Long, Map<String, List<String>>> slots) {
        Map<String, List<String>> all = new LinkedHashMap<>();
        slots.values()
                .forEach(kinds -> kinds.forEach((kind, ids) ->
                        all.computeIfAbsent(kind, first -> new ArrayList<>()).addAll(ids)));
        return all;
    }

    /** The same with the last write of each account alone. */
    private static Map<String, List<String>> lastWrites(Map<String, List<String>> came) {
        Map<String, List<String>> last = new LinkedHashMap<>(came);
        last.replaceAll((kind, ids) -> {
            if (!kind.startsWith("accounts/")) {
                return ids;
            }
            Map<String, String> byAccount = new LinkedHashMap<>();
            ids.forEach(identifier -> byAccount.put(identifier.substring(0, identifier.indexOf(':')), identifier));
            return List.copyOf(byAccount.values());
        });
        return last;
    }

    private static boolean same(Map<String, List<String>> came, JsonNode truth) {
        for (Map.Entry<String, JsonNode> kind : truth.properties()) {
            for (Map.Entry<String, JsonNode> name : kind.getValue().properties()) {
                Tally tally = new Tally();
                tally.addAll(came.getOrDefault(kind.getKey() + "/" + name.getKey(), List.of()));
                if (!tally.sha256().equals(name.getValue().get("sha256").asText())) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean isPart(Map<String, List<String>> came, JsonNode truth) {
        return came.entrySet().stream().allMatch(kind -> {
            int name = kind.getKey().indexOf('/');
            JsonNode all = truth.path(kind.getKey().substring(0, name))
                    .path(kind.getKey().substring(name + 1));
            return kind.getValue().size() <= all.path("count").asInt();
        });
    }

    private static Map<String, Integer> counts(Map<String, List<String>> came) {
        Map<String, Integer> counts = new TreeMap<>();
        came.forEach((kind, ids) -> counts.put(kind, ids.size()));
        return counts;
    }

    @Override
    public synchronized String toString() {
        return id + " compared to " + checkedTo + ", sealed to " + newestSeal + ", faults " + faults;
    }

    /** What was not as it should be; empty if all was. */
    synchronized List<String> faults() {
        List<String> all = new ArrayList<>(faults);
        if (end != null) {
            all.add("ended: " + end);
        }
        return all;
    }

    /** The slots of which only that came which can be had once more. */
    synchronized Set<Long> differing() {
        return new TreeSet<>(differing);
    }

    /** The slots of which less came than can be had once more, and what came. */
    synchronized NavigableMap<Long, String> lacking() {
        return new TreeMap<>(lacking);
    }

    /** Those slots of which only that came which can be had once more, and no gap speaks of that. */
    Set<Long> unrecorded(List<Gap> gaps) {
        Set<Long> unrecorded = differing();
        unrecorded.removeIf(slot -> gaps.stream().anyMatch(gap -> gap.firstSlot() <= slot && slot <= gap.lastSlot()));
        return unrecorded;
    }
}
