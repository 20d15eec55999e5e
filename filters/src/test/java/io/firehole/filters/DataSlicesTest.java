package io.firehole.filters;

import static io.firehole.filters.Requests.compile;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestAccountsDataSlice;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataSlicesTest {

    private static FilterSet filters(String slices) {
        StringBuilder json = new StringBuilder("{\"accountsDataSlice\": [");
        String separator = "";
        for (String slice : slices.isEmpty() ? List.<String>of() : Arrays.asList(slices.split(" ", -1))) {
            int plus = slice.indexOf('+');
            json.append(separator).append("{\"offset\": \"").append(slice, 0, plus);
            json.append("\", \"length\": \"").append(slice.substring(plus + 1)).append("\"}");
            separator = ", ";
        }
        return compile(json + "]}");
    }

    /** Slices as offset+length; the data are the letters from a. */
    @ParameterizedTest(name = "{0} of {1} bytes: {2}")
    @CsvSource({
        "'', 3, abc",
        "0+3, 3, abc",
        "0+3, 2, ''",
        "1+2, 5, bc",
        "0+2 3+2, 5, abde",
        "0+2 3+2, 4, ab",
        "0+2 2+2 4+2, 5, abcd",
        "0+9 9+1, 3, ''",
        "0+0, 5, ''",
        "0+0 1+2, 5, bc",
        "3+0, 5, ''",
        "1+1 2+0 2+1, 5, bc",
        "5+1, 5, ''",
        "4+1, 5, e",
        "1+18446744073709551615, 5, ''",
        "0+18446744073709551615, 5, ''",
        "18446744073709551615+1, 5, ''",
        "18446744073709551615+18446744073709551615, 5, ''",
        "2+2 9223372036854775808+1, 5, cd"
    })
    void takesWholeSlicesOnly(String slices, int size, String expected) {
        ByteString data = ByteString.copyFromUtf8("abcdefghij").substring(0, size);

        assertThat(filters(slices).slice(data).toStringUtf8()).isEqualTo(expected);
    }

    @Test
    void noSlicesAreNotTheSameAsEmptyOnes() {
        assertThat(filters("").hasSlices()).isFalse();
        assertThat(filters("0+0").hasSlices()).isTrue();
        assertThat(filters("").slices()).isNotEqualTo(filters("0+0").slices());
    }

    @Test
    void slicesThatCutAlikeAreEqual() {
        assertThat(filters("1+2 3+4").slices())
                .isEqualTo(filters("1+2 3+0 3+4").slices())
                .hasSameHashCodeAs(filters("1+2 3+0 3+4").slices())
                // of 5 bytes the first gives two, the second none
                .isNotEqualTo(filters("1+6").slices());
        assertThat(filters("").slices()).isEqualTo(DataSlices.NONE).hasToString("whole");
        assertThat(filters("1+2 3+18446744073709551615").slices()).hasToString("[1..3, 3..18446744073709551615]");
    }

    @Test
    void checksAMillionSlicesInOneGo() throws Exception {
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder();
        for (int i = 0; i < 1_000_000; i++) {
            request.addAccountsDataSlice(
                    SubscribeRequestAccountsDataSlice.newBuilder().setOffset(i).setLength(i % 2));
        }
        FilterSet filters = FilterSet.compile(request.build(), FilterLimits.UNLIMITED);

        assertThat(filters.slice(ByteString.copyFromUtf8("abcdefghij")).toStringUtf8())
                .isEqualTo("bdfhj");
    }
}
