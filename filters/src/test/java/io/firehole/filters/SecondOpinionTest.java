package io.firehole.filters;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.wire.capture.CaptureException;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestAccountsDataSlice;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Random requests on a recording: what {@link FilterSet} says is what {@link SlowEvaluator} says. */
class SecondOpinionTest {

    private static final boolean IN_CI = "true".equals(System.getenv("CI"));
    private static final int REQUESTS = IN_CI ? 1_000 : 100;
    private static final int UPDATES_EACH = 40;
    private static final int SLICINGS = IN_CI ? 200_000 : 20_000;
    private static final long SEED = 361_774_429;

    private static List<SubscribeUpdateTransactionInfo> transactions = List.of();
    private static List<SubscribeUpdateAccountInfo> accounts = List.of();

    @BeforeAll
    static void readTheRecording() throws CaptureException {
        RecordedUpdates recorded = RecordedUpdates.read();
        transactions = recorded.transactions();
        accounts = recorded.accounts();
    }

    @Test
    void bothSayTheSameOfEveryUpdate() throws Exception {
        long matches = 0;
        long asked = 0;
        for (long seed = SEED; seed < SEED + REQUESTS; seed++) {
            Random random = new Random(seed);
            SubscribeRequest request = new RandomRequests(random, transactions, accounts).next();
            FilterSet filters = FilterSet.compile(request, FilterLimits.UNLIMITED);
            for (int i = 0; i < UPDATES_EACH; i++) {
                SubscribeUpdateTransactionInfo info = transactions.get(random.nextInt(transactions.size()));
                List<String> names = filters.transactions(TransactionFacts.of(info));
                assertThat(names)
                        .as("transactions, seed %d, update %d", seed, i)
                        .isEqualTo(SlowEvaluator.transactions(request.getTransactionsMap(), info));
                assertThat(filters.verdicts(TransactionFacts.of(info)).stream()
                                .filter(verdict -> verdict.kind() == FilterKind.TRANSACTIONS && verdict.passes())
                                .map(FilterVerdict::name))
                        .as("verdicts, seed %d, update %d", seed, i)
                        .isEqualTo(names);
                SubscribeUpdateAccountInfo account = accounts.get(random.nextInt(accounts.size()));
                List<String> accountNames = filters.accounts(AccountFacts.of(account));
                assertThat(accountNames)
                        .as("accounts, seed %d, update %d", seed, i)
                        .isEqualTo(SlowEvaluator.accounts(request.getAccountsMap(), account));
                assertBlocksAgree(request, filters, info, account, seed);
                matches += names.size() + accountNames.size();
                asked += request.getTransactionsCount() + request.getAccountsCount();
            }
            assertSlotsAgree(request, filters, seed);
        }
        // Requests that match nothing, or everything, would prove little.
        assertThat((double) matches / asked).isBetween(0.02, 0.5);
    }

    private static void assertBlocksAgree(
            SubscribeRequest request,
            FilterSet filters,
            SubscribeUpdateTransactionInfo info,
            SubscribeUpdateAccountInfo account,
            long seed) {
        assertThat(filters.blocks().keySet()).isEqualTo(request.getBlocksMap().keySet());
        filters.blocks().forEach((name, filter) -> {
            assertThat(filter.keeps(TransactionFacts.of(info)))
                    .as("block's transaction, seed %d", seed)
                    .isEqualTo(SlowEvaluator.keeps(request.getBlocksOrThrow(name), info));
            assertThat(filter.keeps(AccountFacts.of(account)))
                    .as("block's account, seed %d", seed)
                    .isEqualTo(SlowEvaluator.keeps(request.getBlocksOrThrow(name), account));
        });
    }

    private static void assertSlotsAgree(SubscribeRequest request, FilterSet filters, long seed) {
        for (SlotStatus status : SlotStatus.values()) {
            if (status != SlotStatus.UNRECOGNIZED) {
                assertThat(filters.slots(status))
                        .as("slots, seed %d, %s", seed, status)
                        .isEqualTo(SlowEvaluator.slots(request, status));
            }
        }
    }

    @Test
    void bothCutAndRefuseTheSameSlices() {
        Random random = new Random(SEED);
        RandomRequests requests = new RandomRequests(random, transactions, accounts);
        int valid = 0;
        for (int i = 0; i < SLICINGS; i++) {
            List<SubscribeRequestAccountsDataSlice> slices = requests.slices();
            String expected = SlowEvaluator.sliceFault(slices);
            String fault = "";
            try {
                DataSlices compiled = DataSlices.compile(slices, FilterLimits.NO_LIMIT);
                ByteString data = accounts.get(random.nextInt(accounts.size())).getData();
                assertThat(compiled.apply(data)).as("slices %s", slices).isEqualTo(SlowEvaluator.slice(slices, data));
                valid++;
            } catch (InvalidFilterException e) {
                fault = e.getMessage();
            }
            assertThat(fault).as("slices %s", slices).isEqualTo(expected);
        }
        assertThat(valid).isBetween(SLICINGS / 10, SLICINGS * 9 / 10);
    }
}
