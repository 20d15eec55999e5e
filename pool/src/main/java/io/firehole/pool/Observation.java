package io.firehole.pool;

import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.filters.AccountFacts;
import io.firehole.filters.FilterSet;
import io.firehole.filters.TransactionFacts;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeUpdate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * One update, and who got it under which names: to be compared with what the filters of each monitor say. Made on the event
 * loop; judged anywhere.
 *
 * @param message the update as it arrived
 * @param crew who is on its call
 * @param heads by place in the crew what was delivered: encoded names, once for each delivery
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes as they came, shared with the deliveries
record Observation(byte[] message, List<Watched> crew, List<List<byte[]>> heads) {

    /**
     * What one monitor got, compared with what its filters say.
     *
     * @param watched the monitor
     * @param fault what is wrong; empty if nothing is
     */
    record Finding(Watched watched, String fault) {

        boolean agrees() {
            return fault.isEmpty();
        }
    }

    /** Notes what goes to that crew while an update is routed. Event loop. */
    static Observation of(byte[] message, List<Watched> crew, Runnable routing) {
        List<List<byte[]>> heads = new ArrayList<>(crew.size());
        for (Watched watched : crew) {
            List<byte[]> got = new ArrayList<>(1);
            heads.add(got);
            watched.recipient().observe(got);
        }
        try {
            routing.run();
        } finally {
            crew.forEach(watched -> watched.recipient().observe(null));
        }
        return new Observation(message, crew, heads);
    }

    /** Whatever can be judged. An update of a kind that we cannot match by itself gives nothing. */
    List<Finding> findings() {
        SubscribeUpdate update;
        try {
            update = SubscribeUpdate.parseFrom(message);
        } catch (InvalidProtocolBufferException unreadable) {
            return List.of();
        }
        Optional<Matcher> matcher = matcher(update);
        if (matcher.isEmpty()) {
            return List.of();
        }
        List<Finding> findings = new ArrayList<>();
        for (int i = 0; i < crew.size(); i++) {
            Watched watched = crew.get(i);
            if (slotOf(update) >= watched.fromSlot() && canBeJudged(update, watched)) {
                List<String> expected = matcher.get().matching(watched.filters());
                findings.add(new Finding(watched, fault(expected, heads.get(i), update)));
            }
        }
        return findings;
    }

    @FunctionalInterface
    private interface Matcher {
        List<String> matching(FilterSet filters);
    }

    /** Blocks differ by filter, and a transaction's status does not say which keys it had: those cannot be matched alone. */
    private static Optional<Matcher> matcher(SubscribeUpdate update) {
        return switch (update.getUpdateOneofCase()) {
            case ACCOUNT -> {
                AccountFacts facts = AccountFacts.of(update.getAccount().getAccount());
                yield Optional.of(filters -> filters.accounts(facts));
            }
            case TRANSACTION -> {
                TransactionFacts facts =
                        TransactionFacts.of(update.getTransaction().getTransaction());
                yield Optional.of(filters -> filters.transactions(facts));
            }
            case SLOT ->
                update.getSlot().getStatus() == SlotStatus.UNRECOGNIZED
                        ? Optional.empty()
                        : Optional.of(filters -> filters.slots(update.getSlot().getStatus()));
            case ENTRY -> Optional.of(FilterSet::entries);
            case BLOCK_META -> Optional.of(FilterSet::blocksMeta);
            case TRANSACTION_STATUS, BLOCK, PING, PONG, UPDATEONEOF_NOT_SET -> Optional.empty();
        };
    }

    private static long slotOf(SubscribeUpdate update) {
        return switch (update.getUpdateOneofCase()) {
            case ACCOUNT -> update.getAccount().getSlot();
            case TRANSACTION -> update.getTransaction().getSlot();
            case SLOT -> update.getSlot().getSlot();
            case ENTRY -> update.getEntry().getSlot();
            case BLOCK_META -> update.getBlockMeta().getSlot();
            case TRANSACTION_STATUS, BLOCK, PING, PONG, UPDATEONEOF_NOT_SET -> 0;
        };
    }

    /** What a filter asks of data that have been cut away nobody can tell, nor what a field means that we do not know. */
    private static boolean canBeJudged(SubscribeUpdate update, Watched watched) {
        SubscribeRequest request = watched.request();
        return !watched.filters().hasUnknownFields()
                && !(update.hasAccount()
                        && request.getAccountsDataSliceCount() > 0
                        && request.getAccountsMap().values().stream()
                                .map(SubscribeRequestFilterAccounts::getFiltersCount)
                                .anyMatch(conditions -> conditions > 0));
    }

    private static String fault(List<String> expected, List<byte[]> delivered, SubscribeUpdate update) {
        List<String> names = new ArrayList<>();
        try {
            for (byte[] head : delivered) {
                names.addAll(SubscribeUpdate.parseFrom(head).getFiltersList());
            }
        } catch (InvalidProtocolBufferException broken) {
            return "it got names that cannot be read";
        }
        if (delivered.size() > 1) {
            return "it got " + describe(update) + " " + delivered.size() + " times";
        }
        if (names.size() == expected.size() && new HashSet<>(names).equals(new HashSet<>(expected))) {
            return "";
        }
        return "it got " + describe(update) + " under the names " + names + ", and its filters say " + expected;
    }

    private static String describe(SubscribeUpdate update) {
        return "an update of " + update.getUpdateOneofCase() + " in slot " + slotOf(update);
    }
}
