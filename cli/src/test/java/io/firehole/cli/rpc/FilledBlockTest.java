package io.firehole.cli.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.pool.filling.BlockSource.Answer;
import io.firehole.pool.time.NanoClock;
import io.firehole.simulator.Simulator;
import io.firehole.simulator.SimulatorConfig;
import io.firehole.simulator.chain.Chain;
import io.firehole.simulator.chain.Matches;
import io.firehole.simulator.chain.RingEvent;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks of recorded mainnet transactions, through JSON and back: what comes of it is what the provider sends. */
class FilledBlockTest {

    private static final int SLOTS = 3;

    private Simulator provider;
    private URI url;

    @BeforeEach
    void start() throws IOException {
        provider = Simulator.start(SimulatorConfig.builder()
                .onFreePorts()
                .rpc(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .skipEvery(4)
                .build());
        url = URI.create("http://127.0.0.1:"
                + Objects.requireNonNull(provider.rpc()).address().getPort() + "/?api-key=very-secret");
    }

    @AfterEach
    void stop() {
        provider.close();
    }

    private static RpcSettings fast(URI url) {
        return RpcSettings.of(url).withRequestsPerSecond(1_000);
    }

    /** What the provider sends of a slot to who wants all transactions. */
    private static List<SubscribeUpdateTransactionInfo> sent(Chain chain, long slot) throws Exception {
        Matches all = chain.match(FilterSet.compile(
                SubscribeRequest.newBuilder()
                        .putTransactions("t", SubscribeRequestFilterTransactions.getDefaultInstance())
                        .build(),
                FilterLimits.UNLIMITED));
        List<byte[]> messages = new ArrayList<>();
        for (RingEvent event : chain.replayable(slot)) {
            int at = Matches.START;
            while (at != Matches.DONE) {
                at = all.write(event, at, (kind, names, payload, offset, length, createdAt) -> {
                    messages.add(ByteString.copyFrom(payload, offset, length).toByteArray());
                    return true;
                });
            }
        }
        List<SubscribeUpdateTransactionInfo> sent = new ArrayList<>();
        for (byte[] message : messages) {
            sent.add(SubscribeUpdate.parseFrom(message).getTransaction().getTransaction());
        }
        return sent;
    }

    @Test
    void everyTransactionComesBackFieldForField() throws Exception {
        long newest = provider.chain().knownTo(CommitmentLevel.FINALIZED);
        int blocks = 0;
        int skipped = 0;
        int failed = 0;
        try (JsonRpcBlocks source = new JsonRpcBlocks(fast(url), NanoClock.system())) {
            for (long slot = newest; blocks < SLOTS || skipped == 0; slot--) {
                List<SubscribeUpdateTransactionInfo> sent = sent(provider.chain(), slot);
                Answer answer = source.block(slot, CommitmentLevel.FINALIZED);
                if (sent.isEmpty()) {
                    skipped++;
                    assertThat(answer).as("slot %s, which has no block", slot).isInstanceOf(Answer.Skipped.class);
                    continue;
                }
                blocks++;
                assertThat(answer).isInstanceOf(Answer.Block.class);
                List<SubscribeUpdateTransactionInfo> filled = ((Answer.Block) answer).transactions();
                assertThat(filled).hasSameSizeAs(sent);
                for (int i = 0; i < sent.size(); i++) {
                    failed += sent.get(i).getMeta().hasErr() ? 1 : 0;
                    assertThat(filled.get(i))
                            .as("transaction %s of slot %s", i, slot)
                            .isEqualTo(sent.get(i));
                }
            }
        }
        assertThat(failed).as("failed ones are among them").isPositive();
    }

    @Test
    void whatIsNotThereYetFailsWithoutTellingTheAddress() throws Exception {
        try (JsonRpcBlocks source = new JsonRpcBlocks(fast(url), NanoClock.system())) {
            long future = provider.chain().knownTo(CommitmentLevel.PROCESSED) + 1_000;
            assertThat(source.block(future, CommitmentLevel.CONFIRMED)).isEqualTo(new Answer.Failed("error -32004"));
        }
        RpcSettings small = new RpcSettings(url, 1_000, Duration.ofSeconds(5), 10_000);
        try (JsonRpcBlocks source = new JsonRpcBlocks(small, NanoClock.system())) {
            Answer answer = new Answer.Skipped();
            for (long slot = provider.chain().knownTo(CommitmentLevel.FINALIZED);
                    answer instanceof Answer.Skipped;
                    slot--) {
                answer = source.block(slot, CommitmentLevel.FINALIZED);
            }
            assertThat(answer).isEqualTo(new Answer.Failed("the answer has more than 10000 bytes, which is the limit"));
        }
        provider.close();
        try (JsonRpcBlocks source = new JsonRpcBlocks(fast(url), NanoClock.system())) {
            assertThat(source.block(1, CommitmentLevel.CONFIRMED).toString())
                    .contains("cannot be reached")
                    .doesNotContain("127.0.0.1")
                    .doesNotContain("very-secret");
        }
        assertThat(fast(url).toString()).doesNotContain("very-secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"})
    void anAnswerThatDoesNotEndIsGivenUpInTime(String begun) throws Exception {
        Duration timeout = Duration.ofMillis(300);
        try (ServerSocket node = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                JsonRpcBlocks source = new JsonRpcBlocks(
                        new RpcSettings(
                                URI.create("http://127.0.0.1:" + node.getLocalPort() + "/"), 1_000, timeout, 10_000),
                        NanoClock.system())) {
            FutureTask<Answer> asked = new FutureTask<>(() -> source.block(1, CommitmentLevel.CONFIRMED));
            Thread.startVirtualThread(asked);
            try (Socket connection = node.accept()) {
                connection.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
                assertThat(asked.get()).isEqualTo(new Answer.Failed("no answer within 300 ms"));
                connection.setSoTimeout(10_000);
                assertThat(connection.getInputStream().readAllBytes())
                        .as("what is asked until the connection ends")
                        .isNotEmpty();
            }
        }
    }
}
