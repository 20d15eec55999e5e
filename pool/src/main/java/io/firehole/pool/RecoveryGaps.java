package io.firehole.pool;

import io.firehole.pool.routing.CatchUp;
import io.firehole.pool.routing.Checkpoint;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * What those on a stream cannot get again, and whom it concerns. Control thread.
 *
 * @param stream theirs
 * @param cutOff they; more may come and some may leave meanwhile
 * @param brokeAtNanos since when they miss it
 */
record RecoveryGaps(Upstream<?> stream, List<CutOff> cutOff, long brokeAtNanos) {

    static boolean wantsStatuses(CutOff each) {
        return each.subscription().request().getSlotsCount() > 0;
    }

    /** Whether anybody wants statuses. */
    boolean wantStatuses() {
        return cutOff.stream().anyMatch(RecoveryGaps::wantsStatuses);
    }

    private static boolean seesHowSlotsBegin(CutOff each) {
        return each.subscription().request().getSlotsMap().values().stream()
                .anyMatch(SubscribeRequestFilterSlots::getInterslotUpdates);
    }

    static boolean wantsTransactions(CutOff each) {
        return each.subscription().request().getTransactionsCount() > 0;
    }

    /** What it wants besides transactions, by the names of a request. */
    private static List<String> wantsBesides(CutOff each) {
        SubscribeRequest request = each.subscription().request();
        Map<String, Integer> counts = new LinkedHashMap<>();
        counts.put("accounts", request.getAccountsCount());
        counts.put("slots", request.getSlotsCount());
        counts.put("transactions_status", request.getTransactionsStatusCount());
        counts.put("entry", request.getEntryCount());
        counts.put("blocks", request.getBlocksCount());
        counts.put("blocks_meta", request.getBlocksMetaCount());
        return counts.entrySet().stream()
                .filter(kind -> kind.getValue() > 0)
                .map(Map.Entry::getKey)
                .toList();
    }

    private static boolean wantsAccounts(CutOff each) {
        return each.subscription().request().getAccountsCount() > 0;
    }

    /** Whether it wants what a slot contains even if that is never sealed. */
    private static boolean wantsContentOfAnySlot(CutOff each) {
        SubscribeRequest request = each.subscription().request();
        return request.getTransactionsCount() > 0
                || request.getTransactionsStatusCount() > 0
                || request.getEntryCount() > 0;
    }

    /** The first slot of which anybody is owed everything. */
    long owedFrom() {
        return cutOff.stream().mapToLong(CutOff::owedFrom).min().orElse(0);
    }

    /** The first slot of which anybody is owed content. */
    long contentFrom() {
        return cutOff.stream().mapToLong(CutOff::contentFrom).min().orElse(0);
    }

    /**
     * Records that content may be missing, for each as far as it is owed it.
     *
     * @param concerns to whom
     * @param first the first slot
     * @param before the slot after the last
     */
    void note(Predicate<CutOff> concerns, long first, long before, Gap.Cause cause, String detail) {
        note(concerns, each -> Math.max(first, each.contentFrom()), before, cause, detail, each -> Optional.empty());
    }

    /** The same of statuses. */
    void noteStatuses(Predicate<CutOff> concerns, long first, long before, Gap.Cause cause, String detail) {
        note(concerns, each -> Math.max(first, each.owedFrom()), before, cause, detail, each -> Optional.empty());
    }

    /**
     * The same of both.
     *
     * @param first the first slot of which content is missing
     * @param statusesFirst the first one of which a status is
     */
    void noteBoth(
            Predicate<CutOff> concerns, long first, long statusesFirst, long before, Gap.Cause cause, String detail) {
        note(
                concerns,
                each -> Math.min(Math.max(first, each.contentFrom()), Math.max(statusesFirst, each.owedFrom())),
                before,
                cause,
                detail,
                each -> Optional.empty());
    }

    /**
     * Records what the provider has forgotten, and how far it was filled from elsewhere for those who want transactions.
     *
     * @param first the first slot
     * @param before the slot after the last
     */
    void noteFilled(long first, long before, String detail, Filling filling) {
        note(
                each -> true,
                each -> Math.max(first, each.contentFrom()),
                before,
                Gap.Cause.REPLAY_TOO_FAR,
                detail,
                each -> wantsTransactions(each) ? Optional.of(filling.without(wantsBesides(each))) : Optional.empty());
    }

    private record Concern(long first, Optional<Filling> filling) {}

    private void note(
            Predicate<CutOff> concerns,
            ToLongFunction<CutOff> first,
            long before,
            Gap.Cause cause,
            String detail,
            Function<CutOff, Optional<Filling>> filling) {
        Map<Concern, List<String>> monitors = new LinkedHashMap<>();
        cutOff.stream()
                .filter(each -> first.applyAsLong(each) < before && concerns.test(each))
                .sorted(Comparator.comparingLong(first))
                .forEach(each -> monitors.computeIfAbsent(
                                new Concern(first.applyAsLong(each), filling.apply(each)), concern -> new ArrayList<>())
                        .add(each.member().id()));
        monitors.forEach((concern, ids) -> stream.noteGap(
                new GapLog.Hole(
                        stream.level(), concern.first(), before - 1, cause, detail, brokeAtNanos, concern.filling()),
                ids));
    }

    /**
     * Records what no replay has, be it ever so whole.
     *
     * @param lossFrom the first slot of which something was missing
     * @param to up to where it was replayed
     */
    void noteWhatIsNotReplayed(long lossFrom, CatchUp.Phase.Released to) {
        boolean processed = stream.level() == CommitmentLevel.PROCESSED;
        noteSlotsWithoutSeal(lossFrom, to.boundary(), to.from());
        if (processed) {
            note(
                    each -> wantsAccounts(each) && !seesHowSlotsBegin(each),
                    lossFrom,
                    to.boundary(),
                    Gap.Cause.NOT_REPLAYABLE,
                    "a replay has of each account the last write of a slot");
        }
        noteStatuses(
                RecoveryGaps::seesHowSlotsBegin,
                lossFrom,
                to.begunBefore(),
                Gap.Cause.NOT_REPLAYABLE,
                "a replay has no statuses of slots that begin or die, and of each account the last write of a slot");
    }

    /** Records, at processed, what no replay has of slots that are not sealed. */
    void noteSlotsWithoutSeal(long lossFrom, long before, Checkpoint delivered) {
        if (stream.level() != CommitmentLevel.PROCESSED) {
            return;
        }
        long slot = Math.max(lossFrom, contentFrom());
        while (slot < before) {
            long first = slot;
            while (slot < before && !delivered.isDone(slot)) {
                slot++;
            }
            note(
                    each -> wantsContentOfAnySlot(each) && !seesHowSlotsBegin(each) && !wantsAccounts(each),
                    first,
                    slot,
                    Gap.Cause.NOT_REPLAYABLE,
                    "no replay has these: they were skipped, or died");
            slot++;
        }
    }
}
