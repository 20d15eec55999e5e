package io.firehole.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.console.OpenConsole.Answer;
import io.firehole.filters.Base58;
import io.firehole.pool.Group;
import io.firehole.pool.Monitor;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterAccountsFilter;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who would receive this? */
class FilterTesterTest extends WithConsoles {

    @Test
    void theTesterNamesWhoWouldGetAnAccountAndATransaction() throws IOException {
        OpenConsole console = opened(new OpenConsole());
        String key = Base58.encode(filled((byte) 1));
        String program = Base58.encode(filled((byte) 2));
        console.subscribe(
                new Monitor("by-owner", Group.HIGH),
                SubscribeRequest.newBuilder()
                        .putAccounts(
                                "o",
                                SubscribeRequestFilterAccounts.newBuilder()
                                        .addOwner(program)
                                        .build())
                        .putAccounts(
                                "large",
                                SubscribeRequestFilterAccounts.newBuilder()
                                        .addOwner(program)
                                        .addFilters(SubscribeRequestFilterAccountsFilter.newBuilder()
                                                .setDatasize(165))
                                        .build())
                        .build());
        console.subscribe(
                new Monitor("by-mention", Group.LOW),
                SubscribeRequest.newBuilder()
                        .putTransactions(
                                "t",
                                SubscribeRequestFilterTransactions.newBuilder()
                                        .setVote(false)
                                        .addAccountInclude(key)
                                        .build())
                        .build());
        JsonNode account = console.order("/api/grpc-pool/filters/test", "{\"owner\":\"" + program + "\"}")
                .json()
                .get("data");
        assertThat(account.get("receivers")).hasSize(1);
        assertThat(account.at("/receivers/0/monitor").asText()).isEqualTo("by-owner");
        assertThat(account.at("/receivers/0/filters")).anySatisfy(filter -> {
            assertThat(filter.get("name").asText()).isEqualTo("large");
            assertThat(filter.get("objection").asText()).contains("it depends on the account's data");
        });
        JsonNode mention = console.order("/api/grpc-pool/filters/test", "{\"mentions\":[\"" + key + "\"]}")
                .json()
                .get("data");
        assertThat(mention.at("/receivers/0/monitor").asText()).isEqualTo("by-mention");
        JsonNode vote = console.order("/api/grpc-pool/filters/test", "{\"mentions\":[\"" + key + "\"],\"vote\":true}")
                .json()
                .get("data");
        assertThat(vote.get("receivers")).isEmpty();
        assertThat(vote.get("lookedAt").asInt()).isEqualTo(2);
        JsonNode signature = console.order(
                        "/api/grpc-pool/filters/test", "{\"signature\":\"" + Base58.encode(new byte[64]) + "\"}")
                .json()
                .get("data");
        assertThat(signature.get("received").asBoolean()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                               | POST one of {signature}
            not json                         | the body must be one JSON object with signature, account
            []                               | the body must be one JSON object with signature, account
            {"acount":"x"}                   | unknown field "acount"; there are signature, account, owner
            {"account":"0OIl"}               | account must be 32 bytes in base58, was "0OIl"
            {"account":1}                    | account must be a text
            {"signature":"1","owner":"1"}    | POST one of {signature}
            {"mentions":[]}                  | mentions must be a list of 1 to 64 keys in base58
            {"account":"1","vote":true}      | vote and failed belong to mentions
            """)
    void theTesterSaysHowItIsAsked(String body, String detail) throws IOException {
        Answer answer = opened(new OpenConsole()).order("/api/grpc-pool/filters/test", body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.detail()).startsWith(detail);
    }

    private static byte[] filled(byte with) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, with);
        return bytes;
    }
}
