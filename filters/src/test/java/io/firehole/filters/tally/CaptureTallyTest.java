package io.firehole.filters.tally;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.filters.FilterKind;
import io.firehole.filters.InvalidFilterException;
import io.firehole.filters.Recordings;
import io.firehole.filters.SubscribeRequests;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CaptureTallyTest {

    private static CaptureTally tally(String recording, String json) throws Exception {
        return CaptureTally.of(Recordings.open(recording), SubscribeRequests.fromJson(json));
    }

    private static int count(CaptureTally tally, FilterKind kind, String name) {
        return tally.filters()
                .getOrDefault(kind, Map.of())
                .getOrDefault(name, new Tally())
                .count();
    }

    @Test
    void countsEachNameByItselfAndAnUpdateOnceInTheTotal() throws Exception {
        CaptureTally tally = tally(
                Recordings.SLOT,
                "{\"transactions\": {\"all\": {}, \"votes\": {\"vote\": true}, \"none\": {\"vote\": true, \"failed\":"
                        + " true}}}");

        assertThat(tally.filters()).containsOnlyKeys(FilterKind.TRANSACTIONS);
        assertThat(count(tally, FilterKind.TRANSACTIONS, "all")).isEqualTo(1_790);
        assertThat(count(tally, FilterKind.TRANSACTIONS, "votes")).isEqualTo(1_035);
        assertThat(count(tally, FilterKind.TRANSACTIONS, "none")).isZero();
        assertThat(tally.total().count()).isEqualTo(1_790);
        assertThat(tally.total().sha256()).startsWith("2d4d1dea76e31df9");
    }

    @Test
    void aTransactionAndItsStatusAreTwo() throws Exception {
        CaptureTally tally =
                tally(Recordings.SLOT, "{\"transactions\": {\"a\": {}}, \"transactionsStatus\": {\"a\": {}}}");

        assertThat(count(tally, FilterKind.TRANSACTIONS_STATUS, "a")).isEqualTo(1_790);
        assertThat(tally.total().count()).isEqualTo(2 * 1_790);
    }

    @Test
    void eachBlockMetaMakesOneBlockForEachName() throws Exception {
        CaptureTally one = tally(Recordings.SLOT, "{\"blocks\": {\"x\": {}, \"y\": {\"includeAccounts\": true}}}");

        assertThat(one.filters().getOrDefault(FilterKind.BLOCKS, Map.of())).containsOnlyKeys("x", "y");
        assertThat(one.total().ids())
                .hasSize(2)
                .satisfiesExactly(
                        id -> assertThat(id).matches("361774429:[1-9A-HJ-NP-Za-km-z]{43,44}:x"),
                        id -> assertThat(id).matches("361774429:[1-9A-HJ-NP-Za-km-z]{43,44}:y"));
        CaptureTally fifty = tally(Recordings.STREAM, "{\"blocks\": {\"x\": {}}, \"blocksMeta\": {\"m\": {}}}");
        assertThat(count(fifty, FilterKind.BLOCKS, "x")).isEqualTo(50);
        assertThat(fifty.total().count()).isEqualTo(100);
    }

    @Test
    void namesAreThoseOfTheRequestWhateverTheRecordersWere() throws Exception {
        CaptureTally tally = tally(Recordings.STREAM, "{\"entry\": {\"\": {}, \"coordinator\": {}}}");

        assertThat(count(tally, FilterKind.ENTRY, "")).isEqualTo(39_840);
        assertThat(count(tally, FilterKind.ENTRY, "coordinator")).isEqualTo(39_840);
        assertThat(tally.total().sha256()).startsWith("b8d2baa25a59b8ba");
    }

    @Test
    void aRequestWithoutFiltersPassesNothing() throws Exception {
        CaptureTally tally = tally(Recordings.SLOT, "{}");

        assertThat(tally.filters()).isEmpty();
        assertThat(tally.total().count()).isZero();
    }

    @Test
    void aRequestNoServerTakesIsRefused() {
        assertThatThrownBy(() -> tally(Recordings.SLOT, "{\"accounts\": {\"a\": {\"owner\": [\"x\"]}}}"))
                .isInstanceOf(InvalidFilterException.class)
                .hasMessage("String is the wrong size");
    }
}
