package io.firehole.cli.rpc;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads the answer to a {@code getBlock}, transaction by transaction: only one of them is a tree of JSON at a time. One
 * thread.
 */
final class BlockReader {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The slot was skipped, or its block is nowhere any more that this node knows. */
    private static final long SKIPPED = -32_007;

    private static final long SKIPPED_IN_LONG_TERM_STORAGE = -32_009;

    private final List<SubscribeUpdateTransactionInfo> transactions = new ArrayList<>();
    private OptionalLong blockTime = OptionalLong.empty();
    private boolean hasBlock;
    private boolean hasTransactions;
    private @Nullable JsonNode error;

    private BlockReader() {}

    /**
     * What the answer says.
     *
     * @throws NotABlockException if it is no such answer
     * @throws IOException if it is no JSON
     */
    static BlockReader read(byte[] answer) throws IOException {
        BlockReader reader = new BlockReader();
        try (JsonParser json = JSON.createParser(answer)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new NotABlockException("the answer is no JSON object");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                switch (name) {
                    case "result" -> reader.readBlock(json);
                    case "error" -> reader.error = json.readValueAsTree();
                    default -> json.skipChildren();
                }
            }
        }
        if (reader.hasBlock && !reader.hasTransactions) {
            throw new NotABlockException("the block has no transactions, not even none");
        }
        if (!reader.hasBlock && reader.error == null) {
            throw new NotABlockException("the answer has neither a block nor an error");
        }
        return reader;
    }

    private void readBlock(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        hasBlock = true;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            if (name.equals("blockTime") && value == JsonToken.VALUE_NUMBER_INT) {
                blockTime = OptionalLong.of(json.getLongValue());
            } else if (name.equals("transactions") && value == JsonToken.START_ARRAY) {
                hasTransactions = true;
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    JsonNode one = json.readValueAsTree();
                    transactions.add(TransactionReader.read(one, transactions.size()));
                }
            } else {
                json.skipChildren();
            }
        }
    }

    /** The block's transactions, in their order. */
    List<SubscribeUpdateTransactionInfo> transactions() {
        return transactions;
    }

    /** When the block was made; the given moment if that is not said. */
    Instant timeOr(Instant unknown) {
        return blockTime.isPresent() ? Instant.ofEpochSecond(blockTime.getAsLong()) : unknown;
    }

    boolean hasBlock() {
        return hasBlock;
    }

    /** Whether the slot has no block. */
    boolean isSkipped() {
        long code = error == null ? 0 : error.path("code").asLong();
        return code == SKIPPED || code == SKIPPED_IN_LONG_TERM_STORAGE;
    }

    /** What the node says instead of a block, without its own words: they may repeat what it was asked with. */
    String problem() {
        return "error " + (error == null ? "unknown" : error.path("code").asLong());
    }
}
