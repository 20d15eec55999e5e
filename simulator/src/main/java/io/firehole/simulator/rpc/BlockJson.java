package io.firehole.simulator.rpc;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.firehole.filters.Base58;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import io.firehole.wire.proto.storage.InnerInstruction;
import io.firehole.wire.proto.storage.InnerInstructions;
import io.firehole.wire.proto.storage.TokenBalance;
import io.firehole.wire.proto.storage.TransactionStatusMeta;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.List;

/** Writes the answer to a {@code getBlock} in encoding base64, with full transactions and without rewards. One thread. */
final class BlockJson {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int INSTRUCTION_BYTES_MAX = 10_240;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final JsonGenerator out;

    private BlockJson() throws IOException {
        this.out = JSON.createGenerator(bytes);
    }

    static byte[] of(
            long slot, long parent, long blockTime, List<SubscribeUpdateTransactionInfo> transactions, String id)
            throws IOException {
        BlockJson block = new BlockJson();
        JsonGenerator out = block.out;
        out.writeStartObject();
        out.writeStringField("jsonrpc", "2.0");
        out.writeObjectFieldStart("result");
        out.writeNumberField("blockTime", blockTime);
        out.writeNumberField("parentSlot", parent);
        out.writeArrayFieldStart("transactions");
        for (SubscribeUpdateTransactionInfo transaction : transactions) {
            block.transaction(transaction);
        }
        out.writeEndArray();
        out.writeEndObject();
        out.writeFieldName("id");
        out.writeRawValue(id);
        out.writeEndObject();
        out.close();
        return block.bytes.toByteArray();
    }

    private void transaction(SubscribeUpdateTransactionInfo transaction) throws IOException {
        out.writeStartObject();
        base64("transaction", WireBytes.of(transaction.getTransaction()));
        out.writeObjectFieldStart("meta");
        meta(transaction.getMeta());
        out.writeEndObject();
        if (transaction.getTransaction().getMessage().getVersioned()) {
            out.writeNumberField("version", 0);
        } else {
            out.writeStringField("version", "legacy");
        }
        out.writeEndObject();
    }

    private void meta(TransactionStatusMeta meta) throws IOException {
        if (meta.hasErr()) {
            out.writeFieldName("err");
            JSON.writeTree(out, ErrorJson.of(meta.getErr().getErr().toByteArray()));
        } else {
            out.writeNullField("err");
        }
        out.writeNumberField("fee", meta.getFee());
        numbers("preBalances", meta.getPreBalancesList());
        numbers("postBalances", meta.getPostBalancesList());
        if (meta.getInnerInstructionsNone()) {
            out.writeNullField("innerInstructions");
        } else {
            out.writeArrayFieldStart("innerInstructions");
            for (InnerInstructions inner : meta.getInnerInstructionsList()) {
                inner(inner);
            }
            out.writeEndArray();
        }
        if (meta.getLogMessagesNone()) {
            out.writeNullField("logMessages");
        } else {
            out.writeArrayFieldStart("logMessages");
            for (String line : meta.getLogMessagesList()) {
                out.writeString(line);
            }
            out.writeEndArray();
        }
        tokens("preTokenBalances", meta.getPreTokenBalancesList());
        tokens("postTokenBalances", meta.getPostTokenBalancesList());
        out.writeNullField("rewards");
        out.writeObjectFieldStart("loadedAddresses");
        keys("writable", meta.getLoadedWritableAddressesList());
        keys("readonly", meta.getLoadedReadonlyAddressesList());
        out.writeEndObject();
        if (!meta.getReturnDataNone()) {
            out.writeObjectFieldStart("returnData");
            out.writeStringField(
                    "programId",
                    Base58.encode(meta.getReturnData().getProgramId().toByteArray()));
            base64("data", meta.getReturnData().getData().toByteArray());
            out.writeEndObject();
        }
        if (meta.hasComputeUnitsConsumed()) {
            out.writeNumberField("computeUnitsConsumed", meta.getComputeUnitsConsumed());
        }
        if (meta.hasCostUnits()) {
            out.writeNumberField("costUnits", meta.getCostUnits());
        }
    }

    private void inner(InnerInstructions inner) throws IOException {
        out.writeStartObject();
        out.writeNumberField("index", inner.getIndex());
        out.writeArrayFieldStart("instructions");
        for (InnerInstruction instruction : inner.getInstructionsList()) {
            out.writeStartObject();
            out.writeNumberField("programIdIndex", instruction.getProgramIdIndex());
            out.writeArrayFieldStart("accounts");
            for (byte index : instruction.getAccounts().toByteArray()) {
                out.writeNumber(index & 0xff);
            }
            out.writeEndArray();
            out.writeStringField("data", Base58.encode(instruction.getData().toByteArray(), INSTRUCTION_BYTES_MAX));
            if (instruction.hasStackHeight()) {
                out.writeNumberField("stackHeight", instruction.getStackHeight());
            } else {
                out.writeNullField("stackHeight");
            }
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private void tokens(String name, List<TokenBalance> balances) throws IOException {
        out.writeArrayFieldStart(name);
        for (TokenBalance balance : balances) {
            out.writeStartObject();
            out.writeNumberField("accountIndex", balance.getAccountIndex());
            out.writeStringField("mint", balance.getMint());
            out.writeStringField("owner", balance.getOwner());
            out.writeStringField("programId", balance.getProgramId());
            out.writeObjectFieldStart("uiTokenAmount");
            if (balance.getUiTokenAmount().getAmount().equals("0")) {
                out.writeNullField("uiAmount");
            } else {
                out.writeNumberField("uiAmount", balance.getUiTokenAmount().getUiAmount());
            }
            out.writeNumberField("decimals", balance.getUiTokenAmount().getDecimals());
            out.writeStringField("amount", balance.getUiTokenAmount().getAmount());
            out.writeStringField("uiAmountString", balance.getUiTokenAmount().getUiAmountString());
            out.writeEndObject();
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private void numbers(String name, List<Long> numbers) throws IOException {
        out.writeArrayFieldStart(name);
        for (long number : numbers) {
            out.writeRawValue(Long.toUnsignedString(number));
        }
        out.writeEndArray();
    }

    private void keys(String name, List<ByteString> keys) throws IOException {
        out.writeArrayFieldStart(name);
        for (ByteString key : keys) {
            out.writeString(Base58.encode(key.toByteArray()));
        }
        out.writeEndArray();
    }

    private void base64(String name, byte[] content) throws IOException {
        out.writeArrayFieldStart(name);
        out.writeString(Base64.getEncoder().encodeToString(content));
        out.writeString("base64");
        out.writeEndArray();
    }
}
