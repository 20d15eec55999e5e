package io.firehole.filters.tally;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.SlotStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

class TallyTest {

    private static Tally of(String... ids) {
        Tally tally = new Tally();
        tally.addAll(List.of(ids));
        return tally;
    }

    @Test
    void nothingHasTheHashOfNothing() {
        assertThat(of().count()).isZero();
        assertThat(of().sha256()).isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    @Test
    void theHashIsOverSortedIdentifiersJoinedByNewlines() {
        // printf '10\n100\n9' | sha256sum
        String expected = "292f84e52d629fac383c172ec6527c0538ca220c33fbd985bc1b865f03f4ee5d";

        assertThat(of("9", "10", "100").sha256()).isEqualTo(expected);
        assertThat(of("100", "9", "10").sha256()).isEqualTo(expected);
    }

    @Test
    void sortsByUnsignedBytesNotByJavasCharacters() {
        // In UTF-8 z comes before U+FF5E, and that before U+1F600; in UTF-16 the last two change places.
        // printf 'z\n\xef\xbd\x9e\n\xf0\x9f\x98\x80' | sha256sum
        assertThat(of("\uD83D\uDE00", "\uFF5E", "z").sha256())
                .isEqualTo("3b3b241a559c767bd52644b7fa94ef41bafeb6dc2e63d5fe2e38ae791fd16881");
    }

    @Test
    void anUpdateThatCameTwiceCountsTwiceUnlessDistinct() {
        Tally tally = of("a", "b", "a");

        assertThat(tally.count()).isEqualTo(3);
        assertThat(tally.sha256()).isNotEqualTo(of("a", "b").sha256());
        assertThat(tally.distinct().count()).isEqualTo(2);
        assertThat(tally.distinct().sha256()).isEqualTo(of("a", "b").sha256());
        assertThat(tally.ids()).containsExactly("a", "b", "a");
        assertThatThrownBy(() -> tally.ids().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void identifiersAreUnsignedAndWithoutTheSchemasPrefix() {
        ByteString bytes = ByteString.copyFrom(new byte[] {0, 10, (byte) 255});

        assertThat(Identifier.transaction(bytes)).isEqualTo("000aff");
        assertThat(Identifier.account(bytes, -1)).isEqualTo("000aff:18446744073709551615");
        assertThat(Identifier.slot(-1, SlotStatus.SLOT_FIRST_SHRED_RECEIVED))
                .isEqualTo("18446744073709551615:FIRST_SHRED_RECEIVED");
        assertThat(Identifier.slot(5, SlotStatus.UNRECOGNIZED)).isEqualTo("5:UNRECOGNIZED");
        assertThat(Identifier.entry(5, -1)).isEqualTo("5:18446744073709551615");
        assertThat(Identifier.blockMeta(-1)).isEqualTo("18446744073709551615");
        assertThat(Identifier.blockMeta(5, "hash")).isEqualTo("5:hash");
        assertThat(Identifier.block(5, "hash", "my:name")).isEqualTo("5:hash:my:name");
    }
}
