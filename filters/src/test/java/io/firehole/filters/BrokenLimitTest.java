package io.firehole.filters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.firehole.filters.profile.Profiles;
import io.firehole.filters.profile.ProviderProfile;
import io.firehole.wire.proto.SubscribeDeshredRequest;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterDeshredTransactions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which limit a refused filter is beyond, by the key with which a user would change it. */
class BrokenLimitTest {

    private static final String KEY = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v";

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
                    accounts.max             | 0     | {"accounts": {"a": {"account": ["KEY"]}}}
                    accounts.any             | false | {"accounts": {"a": {}}}
                    accounts.account-max     | 0     | {"accounts": {"a": {"account": ["KEY"]}}}
                    accounts.account-reject  | KEY   | {"accounts": {"a": {"account": ["KEY"]}}}
                    accounts.owner-max       | 0     | {"accounts": {"a": {"owner": ["KEY"]}}}
                    accounts.owner-reject    | KEY   | {"accounts": {"a": {"owner": ["KEY"]}}}
                    accounts.data-slices     | 0     | {"accountsDataSlice": [{"offset": 0, "length": 1}]}
                    slots.max                | 0     | {"slots": {"s": {}}}
                    filters.name-bytes       | 3     | {"slots": {"name": {}}}
                    transactions.max         | 0     | {"transactions": {"t": {}}}
                    transactions.max         | 0     | {"transactionsStatus": {"t": {}}}
                    transactions.any         | false | {"transactions": {"t": {}}}
                    transactions.include-max | 0     | {"transactions": {"].account_exclude": {"accountInclude": ["KEY"]}}}
                    transactions.include-reject | KEY | {"transactionsStatus": {"t": {"accountInclude": ["KEY"]}}}
                    transactions.exclude-max | 0     | {"transactions": {"t": {"accountExclude": ["KEY"]}}}
                    transactions.required-max | 0    | {"transactions": {"t": {"accountRequired": ["KEY"]}}}
                    blocks.max               | 0     | {"blocks": {"b": {}}}
                    blocks.any               | false | {"blocks": {"b": {}}}
                    blocks.include-max       | 0     | {"blocks": {"b": {"accountInclude": ["KEY"]}}}
                    blocks.include-reject    | KEY   | {"blocks": {"b": {"accountInclude": ["KEY"]}}}
                    blocks-meta.max          | 0     | {"blocksMeta": {"m": {}}}
                    entries.max              | 0     | {"entry": {"e": {}}}
                    """)
    void isNamed(String limit, String value, String request) throws RequestJsonException {
        ProviderProfile provider = Profiles.named("open").with(Map.of(limit, value.replace("KEY", KEY)));
        SubscribeRequest asked = SubscribeRequests.fromJson(request.replace("KEY", KEY));
        assertThat(catchThrowableOfType(
                                InvalidFilterException.class, () -> FilterSet.compile(asked, provider.filters()))
                        .limit())
                .contains(limit);
    }

    @Test
    void isNamedOfDeshredFiltersToo() {
        ProviderProfile provider = Profiles.named("open").with(Map.of("deshred.max", "0"));
        SubscribeDeshredRequest asked = SubscribeDeshredRequest.newBuilder()
                .putDeshredTransactions("d", SubscribeRequestFilterDeshredTransactions.getDefaultInstance())
                .build();
        assertThat(catchThrowableOfType(
                                InvalidFilterException.class, () -> DeshredFilterSet.compile(asked, provider.filters()))
                        .limit())
                .contains("deshred.max");
    }

    @Test
    void isNoneWhereTheFilterIsWrongAnywhere() throws RequestJsonException {
        SubscribeRequest asked = SubscribeRequests.fromJson("{\"accounts\": {\"a\": {\"account\": [\"0\"]}}}");
        assertThat(catchThrowableOfType(
                                InvalidFilterException.class, () -> FilterSet.compile(asked, FilterLimits.UNLIMITED))
                        .limit())
                .isEmpty();
    }
}
