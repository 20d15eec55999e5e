package io.firehole.cli.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.firehole.filters.Base58;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import io.firehole.wire.proto.storage.InnerInstruction;
import io.firehole.wire.proto.storage.InnerInstructions;
import io.firehole.wire.proto.storage.ReturnData;
import io.firehole.wire.proto.storage.TokenBalance;
import io.firehole.wire.proto.storage.Transaction;
import io.firehole.wire.proto.storage.TransactionError;
import io.firehole.wire.proto.storage.TransactionStatusMeta;
import io.firehole.wire.proto.storage.UiTokenAmount;
import java.util.Base64;

/** One transaction of a block, from JSON to what a provider sends. */
final class TransactionReader {

    private static final ByteString VOTE_PROGRAM =
            ByteString.copyFrom(Base58.decode("Vote111111111111111111111111111111111111111"));

    private static final int VOTE_SIGNATURES_MAX = 2;

    /** One program may hand another 10 KiB. */
    private static final int INSTRUCTION_CHARS_MAX = 14_100;

    private TransactionReader() {}

    /**
     * Reads it.
     *
     * @param index its place in the block, from 0
     * @throws NotABlockException if it is not as the protocol has it
     */
    static SubscribeUpdateTransactionInfo read(JsonNode json, int index) throws NotABlockException {
        try {
            Transaction transaction = WireTransaction.read(base64(json.path("transaction"), "transaction"));
            if (transaction.getSignaturesCount() == 0) {
                throw new NotABlockException("it has no signature");
            }
            JsonNode meta = json.path("meta");
            if (!meta.isObject()) {
                throw new NotABlockException("it has no meta");
            }
            return SubscribeUpdateTransactionInfo.newBuilder()
                    .setSignature(transaction.getSignatures(0))
                    .setIsVote(isVote(transaction))
                    .setTransaction(transaction)
                    .setMeta(meta(meta))
                    .setIndex(index)
                    .build();
        } catch (IllegalArgumentException | NotABlockException wrong) {
            throw new NotABlockException("transaction " + index + " of the block: " + wrong.getMessage());
        }
    }

    /** As nodes find it out: a legacy message of one instruction, which calls the vote program, with few signatures. */
    private static boolean isVote(Transaction transaction) {
        var message = transaction.getMessage();
        if (message.getVersioned()
                || transaction.getSignaturesCount() > VOTE_SIGNATURES_MAX
                || message.getInstructionsCount() != 1) {
            return false;
        }
        int program = message.getInstructions(0).getProgramIdIndex();
        return program < message.getAccountKeysCount()
                && message.getAccountKeys(program).equals(VOTE_PROGRAM);
    }

    private static TransactionStatusMeta meta(JsonNode json) throws NotABlockException {
        TransactionStatusMeta.Builder meta =
                TransactionStatusMeta.newBuilder().setFee(json.path("fee").asLong());
        if (isThere(json, "err")) {
            meta.setErr(TransactionError.newBuilder().setErr(ErrorBytes.of(json.get("err"))));
        }
        json.path("preBalances").forEach(balance -> meta.addPreBalances(number(balance)));
        json.path("postBalances").forEach(balance -> meta.addPostBalances(number(balance)));
        if (isThere(json, "innerInstructions")) {
            for (JsonNode one : json.get("innerInstructions")) {
                meta.addInnerInstructions(inner(one));
            }
        } else {
            meta.setInnerInstructionsNone(true);
        }
        if (isThere(json, "logMessages")) {
            json.get("logMessages").forEach(line -> meta.addLogMessages(line.asText()));
        } else {
            meta.setLogMessagesNone(true);
        }
        json.path("preTokenBalances").forEach(balance -> meta.addPreTokenBalances(tokens(balance)));
        json.path("postTokenBalances").forEach(balance -> meta.addPostTokenBalances(tokens(balance)));
        JsonNode loaded = json.path("loadedAddresses");
        loaded.path("writable").forEach(key -> meta.addLoadedWritableAddresses(base58(key)));
        loaded.path("readonly").forEach(key -> meta.addLoadedReadonlyAddresses(base58(key)));
        if (isThere(json, "returnData")) {
            JsonNode returned = json.get("returnData");
            meta.setReturnData(ReturnData.newBuilder()
                    .setProgramId(base58(returned.path("programId")))
                    .setData(ByteString.copyFrom(base64(returned.path("data"), "return data"))));
        } else {
            meta.setReturnDataNone(true);
        }
        if (isThere(json, "computeUnitsConsumed")) {
            meta.setComputeUnitsConsumed(json.get("computeUnitsConsumed").asLong());
        }
        if (isThere(json, "costUnits")) {
            meta.setCostUnits(json.get("costUnits").asLong());
        }
        return meta.build();
    }

    private static InnerInstructions inner(JsonNode json) {
        InnerInstructions.Builder inner =
                InnerInstructions.newBuilder().setIndex(json.path("index").asInt());
        for (JsonNode one : json.path("instructions")) {
            InnerInstruction.Builder instruction = InnerInstruction.newBuilder()
                    .setProgramIdIndex(one.path("programIdIndex").asInt())
                    .setAccounts(indexes(one.path("accounts")))
                    .setData(ByteString.copyFrom(Base58.decode(one.path("data").asText(), INSTRUCTION_CHARS_MAX)));
            if (isThere(one, "stackHeight")) {
                instruction.setStackHeight(one.get("stackHeight").asInt());
            }
            inner.addInstructions(instruction);
        }
        return inner.build();
    }

    private static TokenBalance tokens(JsonNode json) {
        JsonNode amount = json.path("uiTokenAmount");
        return TokenBalance.newBuilder()
                .setAccountIndex(json.path("accountIndex").asInt())
                .setMint(json.path("mint").asText())
                .setOwner(json.path("owner").asText())
                .setProgramId(json.path("programId").asText())
                .setUiTokenAmount(UiTokenAmount.newBuilder()
                        .setUiAmount(amount.path("uiAmount").asDouble())
                        .setDecimals(amount.path("decimals").asInt())
                        .setAmount(amount.path("amount").asText())
                        .setUiAmountString(amount.path("uiAmountString").asText()))
                .build();
    }

    private static ByteString indexes(JsonNode json) {
        byte[] bytes = new byte[json.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) json.get(i).asInt();
        }
        return ByteString.copyFrom(bytes);
    }

    /** Balances are unsigned, and may be beyond what a long holds as a positive number. */
    private static long number(JsonNode json) {
        return json.bigIntegerValue().longValue();
    }

    private static ByteString base58(JsonNode json) {
        return ByteString.copyFrom(Base58.decode(json.asText()));
    }

    /** {@code ["...", "base64"]}. */
    private static byte[] base64(JsonNode json, String what) throws NotABlockException {
        if (!json.isArray() || !json.path(1).asText().equals("base64")) {
            throw new NotABlockException("its " + what + " is not in base64");
        }
        return Base64.getDecoder().decode(json.path(0).asText());
    }

    private static boolean isThere(JsonNode json, String name) {
        return json.hasNonNull(name);
    }
}
