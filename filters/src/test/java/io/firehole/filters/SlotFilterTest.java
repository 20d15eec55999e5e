package io.firehole.filters;

import static io.firehole.filters.Requests.compile;
import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeDeshredRequest;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlotFilterTest {

    /** The statuses that pass, the schema's prefix left out. */
    private static String passed(String commitment, String filter) {
        FilterSet filters = compile("{\"slots\": {\"s\": " + filter + "}" + commitment + "}");
        List<String> passed = new ArrayList<>();
        for (SlotStatus status : SlotStatus.values()) {
            List<String> names = filters.slots(status);
            assertThat(names).isSubsetOf("s");
            if (!names.isEmpty()) {
                passed.add(status.name().replace("SLOT_", ""));
            }
        }
        return String.join(" ", passed);
    }

    @ParameterizedTest(name = "commitment {0}, {1}: {2}")
    @CsvSource({
        "PROCESSED, false, false, PROCESSED CONFIRMED FINALIZED",
        "CONFIRMED, false, false, PROCESSED CONFIRMED FINALIZED",
        "FINALIZED, false, false, PROCESSED CONFIRMED FINALIZED",
        "CONFIRMED, false, true, "
                + "PROCESSED CONFIRMED FINALIZED FIRST_SHRED_RECEIVED COMPLETED CREATED_BANK DEAD UNRECOGNIZED",
        "PROCESSED, true, false, PROCESSED",
        "CONFIRMED, true, false, CONFIRMED",
        "FINALIZED, true, false, FINALIZED",
        "PROCESSED, true, true, PROCESSED",
        "CONFIRMED, true, true, CONFIRMED",
        "FINALIZED, true, true, FINALIZED"
    })
    void passesByCommitmentAndInterslot(String commitment, boolean byCommitment, boolean interslot, String expected) {
        assertThat(passed(
                        ", \"commitment\": \"" + commitment + "\"",
                        "{\"filterByCommitment\": " + byCommitment + ", \"interslotUpdates\": " + interslot + "}"))
                .isEqualTo(expected);
    }

    @Test
    void withoutACommitmentTheStreamIsAtProcessed() {
        assertThat(passed("", "{\"filterByCommitment\": true}")).isEqualTo("PROCESSED");
        assertThat(passed("", "{}")).isEqualTo("PROCESSED CONFIRMED FINALIZED");
    }

    @Test
    void onADeshredStreamNoStatusIsOfTheCommitment() throws Exception {
        DeshredFilterSet filters = DeshredFilterSet.compile(
                SubscribeDeshredRequest.newBuilder()
                        .putSlots(
                                "by",
                                SubscribeRequestFilterSlots.newBuilder()
                                        .setFilterByCommitment(true)
                                        .build())
                        .putSlots("all", SubscribeRequestFilterSlots.getDefaultInstance())
                        .putSlots(
                                "inter",
                                SubscribeRequestFilterSlots.newBuilder()
                                        .setInterslotUpdates(true)
                                        .build())
                        .build(),
                FilterLimits.UNLIMITED);

        assertThat(filters.slots(SlotStatus.SLOT_PROCESSED)).containsExactly("all", "inter");
        assertThat(filters.slots(SlotStatus.SLOT_FINALIZED)).containsExactly("all", "inter");
        assertThat(filters.slots(SlotStatus.SLOT_DEAD)).containsExactly("inter");
    }

    @Test
    void severalNamesComeTogetherInTheOrderOfTheRequest() {
        FilterSet filters = compile("{\"slots\": {\"z\": {}, \"y\": {\"filterByCommitment\": true}, \"a\": {}}}");

        assertThat(filters.slots(SlotStatus.SLOT_PROCESSED)).containsExactly("z", "y", "a");
        assertThat(filters.slots(SlotStatus.SLOT_CONFIRMED)).containsExactly("z", "a");
    }
}
