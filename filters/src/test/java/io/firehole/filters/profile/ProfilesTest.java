package io.firehole.filters.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class ProfilesTest {

    static final List<String> NAMES = Profiles.NAMES;

    @ParameterizedTest
    @FieldSource("NAMES")
    void eachHasATitleAndFiguresWithSourceAndDate(String name) {
        ProviderProfile profile = Profiles.named(name);
        assertThat(profile.name()).isEqualTo(name);
        assertThat(profile.title()).isNotBlank();
        assertThat(profile.figures().values())
                .isNotEmpty()
                .allSatisfy(figure -> assertThat(figure.date()).matches("2026(-\\d\\d(-\\d\\d)?)?"));
        assertThat(ProviderProfile.KEYS).containsAll(profile.figures().keySet());
    }

    @Test
    void everyFileIsNamed() throws IOException {
        Path files =
                Path.of(System.getProperty("firehole.root"), "filters/src/main/resources/io/firehole/filters/profile");
        try (Stream<Path> found = Files.list(files)) {
            assertThat(found.map(file -> file.getFileName().toString().replace(".json", "")))
                    .containsExactlyInAnyOrderElementsOf(NAMES);
        }
    }

    @Test
    void theOpenServerLimitsNoFilters() {
        ProviderProfile open = Profiles.named("open");
        assertThat(open.filters()).isEqualTo(FilterLimits.UNLIMITED);
        assertThat(open.connects()).isEmpty();
        assertThat(open.requestBytes()).isEqualTo(4_194_304);
        assertThat(open.streamsPerAccount()).isEqualTo(ProviderProfile.UNLIMITED);
    }

    @Test
    void aTierHasWhatItIsBasedOnAndItsOwn() {
        ProviderProfile pro = Profiles.named("chainstack-pro");
        assertThat(pro.streamsPerAccount()).isEqualTo(7);
        assertThat(pro.filters().accounts().max()).isEqualTo(5);
        assertThat(pro.filters().transactionsStatus().accountIncludeMax()).isEqualTo(50);
        assertThat(pro.replaySlots()).isEqualTo(100);
        assertThat(pro.tokenHeader()).isEqualTo("x-token");
    }

    @Test
    void refusesWhatTheProviderWouldRefuse() {
        SubscribeRequest token = SubscribeRequest.newBuilder()
                .putAccounts(
                        "a",
                        SubscribeRequestFilterAccounts.newBuilder()
                                .addAccount("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
                                .build())
                .build();
        assertThatThrownBy(() -> FilterSet.compile(
                        token, Profiles.named("chainstack-growth").filters()))
                .isInstanceOf(InvalidFilterException.class)
                .hasMessageContaining("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
    }

    @Test
    void aUserOverrulesOneFigureAndItSaysSo() {
        ProviderProfile own =
                Profiles.named("triton").with(Map.of("connects", "10/1s, 300/10m", "transactions.max", "3"));
        assertThat(own.connects())
                .containsExactly(new Rate(10, Duration.ofSeconds(1)), new Rate(300, Duration.ofMinutes(10)));
        assertThat(own.filters().transactions().max()).isEqualTo(3);
        assertThat(own.subscribes()).isEqualTo(Profiles.named("triton").subscribes());
        assertThat(own.figures().values())
                .filteredOn(figure -> figure.source().equals("configuration"))
                .extracting(Figure::key)
                .containsExactlyInAnyOrder("connects", "transactions.max");
    }

    @Test
    void theAccountsOfAStreamAreCountedOverAllItsFilters() {
        SubscribeRequest request = SubscribeRequest.newBuilder()
                .putAccounts(
                        "a",
                        SubscribeRequestFilterAccounts.newBuilder()
                                .addAccount("one")
                                .addAccount("two")
                                .build())
                .putAccounts(
                        "b",
                        SubscribeRequestFilterAccounts.newBuilder()
                                .addAccount("one")
                                .addOwner("three")
                                .build())
                .build();
        assertThat(ProviderProfile.accountKeys(request)).isEqualTo(3);
        assertThat(List.of("chainstack-growth", "chainstack-pro", "chainstack-business"))
                .allSatisfy(name ->
                        assertThat(Profiles.named(name).accountKeysPerStream()).isEqualTo(50));
        assertThat(Profiles.named("open").accountKeysPerStream()).isEqualTo(ProviderProfile.UNLIMITED);
    }

    @Test
    void theSampleConfigurationLimitsBlocksToo() {
        FilterLimits.Blocks blocks = Profiles.named("open-sample").filters().blocks();
        assertThat(blocks.accountIncludeMax()).isEqualTo(10);
        assertThat(blocks.accountIncludeAny()).isFalse();
        assertThat(blocks.accountIncludeReject()).hasSize(1);
        assertThat(Profiles.named("open-sample").filters().deshredTransactions().max())
                .isEqualTo(1);
    }

    @Test
    void namesWhatIsWrong() {
        ProviderProfile open = Profiles.named("open");
        assertThatThrownBy(() -> open.with(Map.of("streams", "2")))
                .hasMessageContaining("unknown key \"streams\"")
                .hasMessageContaining("streams.per-account");
        assertThatThrownBy(() -> open.with(Map.of("streams.per-account", "none")))
                .hasMessage("streams.per-account is \"none\": must be a whole number of at least 1");
        assertThatThrownBy(() -> open.with(Map.of("connects", "60")))
                .hasMessage("connects is \"60\": a rate is COUNT/TIME, as in 60/60s");
        assertThatThrownBy(() -> open.with(Map.of("accounts.owner-reject", "0OIl")))
                .hasMessage("accounts.owner-reject is \"0OIl\": \"0OIl\" is no key in base58");
        assertThatThrownBy(() -> Profiles.named("tritn")).hasMessageContaining("there is no profile \"tritn\"");
    }
}
