package io.firehole.simulator.rpc;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.simulator.chain.Chain;
import io.firehole.simulator.chain.Matches;
import io.firehole.simulator.chain.RingEvent;
import io.firehole.simulator.time.ProviderClock;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/** Listens for {@code getBlock}. Any thread. */
public final class RpcServer implements AutoCloseable {

    private static final int MAX_BODY_BYTES = 64 * 1024;
    private static final int NOT_AVAILABLE = -32_004;
    private static final int SKIPPED = -32_007;
    private static final int INVALID_REQUEST = -32_600;
    private static final int NO_SUCH_METHOD = -32_601;

    private final ObjectMapper json = new ObjectMapper();
    private final HttpServer server;
    private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
    private final Chain chain;
    private final ProviderClock clock;
    private final Matches everything;
    private final AtomicLong asked = new AtomicLong();

    private RpcServer(HttpServer server, Chain chain, ProviderClock clock) {
        this.server = server;
        this.chain = chain;
        this.clock = clock;
        this.everything = chain.match(allTransactions());
    }

    /**
     * Begins to listen.
     *
     * @throws IOException if the address cannot be had; the message names it
     */
    public static RpcServer listen(InetSocketAddress address, Chain chain, ProviderClock clock) throws IOException {
        HttpServer server;
        try {
            server = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new IOException(
                    "cannot listen on " + address.getHostString() + ":" + address.getPort() + ": " + e.getMessage(), e);
        }
        RpcServer rpc = new RpcServer(server, chain, clock);
        server.createContext("/", rpc::handle);
        server.setExecutor(rpc.requests);
        server.start();
        return rpc;
    }

    private static FilterSet allTransactions() {
        try {
            return FilterSet.compile(
                    SubscribeRequest.newBuilder()
                            .setCommitment(CommitmentLevel.CONFIRMED)
                            .putTransactions("all", SubscribeRequestFilterTransactions.getDefaultInstance())
                            .build(),
                    FilterLimits.UNLIMITED);
        } catch (InvalidFilterException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    /** How many requests came. */
    public long asked() {
        return asked.get();
    }

    @Override
    public void close() {
        server.stop(0);
        requests.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            asked.incrementAndGet();
            byte[] answer;
            try (InputStream in = exchange.getRequestBody()) {
                answer = answer(json.readTree(in.readNBytes(MAX_BODY_BYTES)));
            } catch (JacksonException e) {
                answer = error(INVALID_REQUEST, "the request is no JSON", "null");
            }
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
        }
    }

    private byte[] answer(JsonNode question) throws IOException {
        String id = question.path("id").isMissingNode()
                ? "null"
                : question.path("id").toString();
        if (!question.path("method").asText().equals("getBlock")) {
            return error(NO_SUCH_METHOD, "Method not found", id);
        }
        JsonNode slotAsked = question.path("params").path(0);
        JsonNode options = question.path("params").path(1);
        if (!slotAsked.canConvertToLong() || !options.path("encoding").asText().equals("base64")) {
            return error(INVALID_REQUEST, "getBlock is answered here in encoding base64 alone", id);
        }
        CommitmentLevel level = options.path("commitment").asText().equals("confirmed")
                ? CommitmentLevel.CONFIRMED
                : CommitmentLevel.FINALIZED;
        long slot = slotAsked.asLong();
        if (slot < chain.pastFrom() || slot > chain.knownTo(level)) {
            return error(NOT_AVAILABLE, "Block not available for slot " + slot, id);
        }
        List<RingEvent> events = chain.replayable(slot);
        if (events.isEmpty()) {
            return error(
                    SKIPPED, "Slot " + slot + " was skipped, or missing due to ledger jump to recent snapshot", id);
        }
        return BlockJson.of(slot, slot - 1, clock.wall().getEpochSecond(), transactions(events), id);
    }

    private List<SubscribeUpdateTransactionInfo> transactions(List<RingEvent> events) {
        List<SubscribeUpdateTransactionInfo> transactions = new ArrayList<>();
        for (RingEvent event : events) {
            int at = Matches.START;
            do {
                at = everything.write(event, at, (kind, names, payload, offset, length, createdAt) -> {
                    try {
                        transactions.add(SubscribeUpdate.parseFrom(ByteString.copyFrom(payload, offset, length))
                                .getTransaction()
                                .getTransaction());
                    } catch (InvalidProtocolBufferException e) {
                        throw new IllegalStateException(e);
                    }
                    return true;
                });
            } while (at != Matches.DONE);
        }
        return transactions;
    }

    private static byte[] error(int code, String message, String id) {
        return ("{\"jsonrpc\":\"2.0\",\"error\":{\"code\":" + code + ",\"message\":\"" + message + "\"},\"id\":" + id
                        + "}")
                .getBytes(StandardCharsets.UTF_8);
    }
}
