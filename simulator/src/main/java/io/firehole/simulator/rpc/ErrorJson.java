package io.firehole.simulator.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.firehole.wire.TransactionErrors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Why a transaction failed, from the bytes that providers send to the words of JSON. */
final class ErrorJson {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private ErrorJson() {}

    static JsonNode of(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        String name = TransactionErrors.OF_TRANSACTION.get(in.getInt());
        return switch (name) {
            case "InstructionError" -> {
                int index = in.get() & 0xff;
                yield JSON.objectNode().set(name, JSON.arrayNode().add(index).add(ofInstruction(in)));
            }
            case "DuplicateInstruction" -> JSON.objectNode().put(name, in.get() & 0xff);
            case "InsufficientFundsForRent", "ProgramExecutionTemporarilyRestricted" ->
                JSON.objectNode().set(name, JSON.objectNode().put("account_index", in.get() & 0xff));
            default -> JSON.textNode(name);
        };
    }

    private static JsonNode ofInstruction(ByteBuffer in) {
        String name = TransactionErrors.OF_INSTRUCTION.get(in.getInt());
        if (name.equals("Custom")) {
            return JSON.objectNode().put(name, in.getInt() & 0xffff_ffffL);
        }
        if (in.remaining() > Long.BYTES) {
            byte[] text = new byte[(int) in.getLong()];
            in.get(text);
            return JSON.objectNode().put(name, new String(text, StandardCharsets.UTF_8));
        }
        return JSON.textNode(name);
    }
}
