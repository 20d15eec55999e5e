package io.firehole.simulation;

import com.google.protobuf.ByteString;
import io.firehole.filters.AccountFacts;
import io.firehole.filters.FilterSet;
import io.firehole.filters.TransactionFacts;
import io.firehole.simulator.chain.ChainTemplates;
import io.firehole.wire.capture.Capture;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.zip.GZIPOutputStream;

/**
 * A block small enough to be played thousands of times: some transactions of the recorded one, as different from each other
 * as possible, what they wrote, and the first entries of a recorded slot.
 */
final class SmallBlock {

    private static final int ACCOUNTS_OF_NOBODY = 2;
    private static final int WANTED_MAX = 1;

    private static final SmallBlock RECORDED = new SmallBlock(5, 5, 8);
    private static final SmallBlock TINY = new SmallBlock(1, 3, 3);

    private final int transactionsOfASort;
    private final int accountsOfATransaction;
    private final int entriesMax;

    /** Of what each of these asks for there is something, too. */
    private final List<FilterSet> wanted;

    final ChainTemplates templates;
    final List<SubscribeUpdateTransactionInfo> transactions = new ArrayList<>();
    final List<SubscribeUpdateAccountInfo> accounts = new ArrayList<>();

    private SmallBlock(int transactionsOfASort, int accountsOfATransaction, int entriesMax) {
        this(transactionsOfASort, accountsOfATransaction, entriesMax, List.of());
    }

    private SmallBlock(int transactionsOfASort, int accountsOfATransaction, int entriesMax, List<FilterSet> wanted) {
        this.wanted = wanted;
        this.transactionsOfASort = transactionsOfASort;
        this.accountsOfATransaction = accountsOfATransaction;
        this.entriesMax = entriesMax;
        List<SubscribeUpdate> chosen = new ArrayList<>();
        try {
            chooseTransactions(capture("mainnet-361774429.capture.gz").updates(), chosen);
            chooseEntries(capture("mainnet-stream-2026-02.capture.gz").updates(), chosen);
            templates = templates(chosen);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    static SmallBlock recorded() {
        return RECORDED;
    }

    /** One of each sort of transactions only, for worlds that go on for minutes. */
    static SmallBlock tiny() {
        return TINY;
    }

    /** One transaction and one account for each of these, for worlds that go on for a day. */
    static SmallBlock wantedBy(List<FilterSet> filters) {
        return new SmallBlock(0, 1, 1, filters);
    }

    private static Capture capture(String name) throws IOException {
        String resource = "/io/firehole/simulator/captures/" + name;
        try (InputStream in = Objects.requireNonNull(ChainTemplates.class.getResourceAsStream(resource), name)) {
            return Capture.open(in, name);
        }
    }

    private void chooseTransactions(Iterable<SubscribeUpdate> updates, List<SubscribeUpdate> chosen) {
        int[] ofSort = new int[1 << 4];
        int[] ofWanted = new int[wanted.size()];
        Set<ByteString> writers = writersOfWanted(updates);
        Set<Object> signatures = new HashSet<>();
        for (SubscribeUpdate update : updates) {
            if (update.hasTransaction()) {
                SubscribeUpdateTransactionInfo info = update.getTransaction().getTransaction();
                if (ofSort[sort(info)]++ < transactionsOfASort
                        || writers.contains(info.getSignature())
                        || isWanted(info, ofWanted)) {
                    transactions.add(info);
                    signatures.add(info.getSignature());
                    chosen.add(update);
                }
            }
        }
        int[] ofTransaction = new int[transactions.size()];
        Arrays.fill(ofWanted, 0);
        int ofNobody = 0;
        for (SubscribeUpdate update : updates) {
            if (!update.hasAccount()) {
                continue;
            }
            SubscribeUpdateAccountInfo info = update.getAccount().getAccount();
            if (!info.hasTxnSignature()) {
                if (ofNobody++ < ACCOUNTS_OF_NOBODY) {
                    accounts.add(info);
                    chosen.add(update);
                }
            } else if (signatures.contains(info.getTxnSignature())) {
                int writer = indexOf(info);
                if (ofTransaction[writer]++ < accountsOfATransaction || isWanted(info, ofWanted)) {
                    accounts.add(info);
                    chosen.add(update);
                }
            }
        }
    }

    /** The transactions that wrote an account which is asked for, one for each who asks. */
    private Set<ByteString> writersOfWanted(Iterable<SubscribeUpdate> updates) {
        int[] of = new int[wanted.size()];
        Set<ByteString> writers = new HashSet<>();
        for (SubscribeUpdate update : updates) {
            if (update.hasAccount() && isWanted(update.getAccount().getAccount(), of)) {
                writers.add(update.getAccount().getAccount().getTxnSignature());
            }
        }
        return writers;
    }

    private boolean isWanted(SubscribeUpdateTransactionInfo info, int[] of) {
        boolean any = false;
        for (int i = 0; i < of.length; i++) {
            boolean matches =
                    !wanted.get(i).transactions(TransactionFacts.of(info)).isEmpty();
            any |= matches && of[i]++ < WANTED_MAX;
        }
        return any;
    }

    private boolean isWanted(SubscribeUpdateAccountInfo info, int[] of) {
        boolean any = false;
        for (int i = 0; i < of.length; i++) {
            boolean matches = !wanted.get(i).accounts(AccountFacts.of(info)).isEmpty();
            any |= matches && of[i]++ < WANTED_MAX;
        }
        return any;
    }

    private int indexOf(SubscribeUpdateAccountInfo account) {
        for (int i = 0; i < transactions.size(); i++) {
            if (transactions.get(i).getSignature().equals(account.getTxnSignature())) {
                return i;
            }
        }
        throw new IllegalArgumentException("nobody wrote that");
    }

    private static int sort(SubscribeUpdateTransactionInfo info) {
        return (info.getIsVote() ? 1 : 0)
                | (info.getMeta().hasErr() ? 2 : 0)
                | (info.getMeta().getPostTokenBalancesCount() > 0 ? 4 : 0)
                | (info.getMeta().getLoadedWritableAddressesCount() > 0 ? 8 : 0);
    }

    private void chooseEntries(Iterable<SubscribeUpdate> updates, List<SubscribeUpdate> chosen) {
        long slot = -1;
        int entries = 0;
        for (SubscribeUpdate update : updates) {
            if (update.hasEntry() && update.getEntry().getIndex() == entries && entries < entriesMax) {
                if (slot < 0) {
                    slot = update.getEntry().getSlot();
                }
                if (update.getEntry().getSlot() == slot) {
                    chosen.add(update);
                    entries++;
                }
            } else if (update.hasBlockMeta() && update.getBlockMeta().getSlot() == slot) {
                SubscribeUpdate.Builder meta = update.toBuilder();
                meta.getBlockMetaBuilder().setEntriesCount(entries);
                chosen.add(meta.build());
                return;
            }
        }
        throw new IllegalStateException("the recording has no slot with its block meta");
    }

    /** The simulator reads recordings from files. */
    private static ChainTemplates templates(List<SubscribeUpdate> updates) throws IOException {
        Path file = Files.createTempFile("small-block", ".capture.gz");
        try {
            try (OutputStream out = Files.newOutputStream(file);
                    DataOutputStream packed = new DataOutputStream(new GZIPOutputStream(out))) {
                for (SubscribeUpdate update : updates) {
                    byte[] message = update.toByteArray();
                    packed.writeInt(message.length);
                    packed.write(message);
                }
            }
            return ChainTemplates.read(List.of(file));
        } finally {
            Files.delete(file);
        }
    }
}
