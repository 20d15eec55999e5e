package io.firehole.cli.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.firehole.wire.TransactionErrors;
import java.nio.charset.StandardCharsets;

/**
 * Why a transaction failed, from the words of JSON to the bytes that providers send: bincode, a variant's place in four
 * bytes, the lowest first, and its content behind. What is newer than {@link TransactionErrors} gives no bytes; that the transaction failed
 * is kept all the same.
 */
final class ErrorBytes {

    private ErrorBytes() {}

    /** The bytes; empty if the error is not known here. */
    static ByteString of(JsonNode error) {
        String name = name(error);
        int variant = TransactionErrors.OF_TRANSACTION.indexOf(name);
        if (variant < 0) {
            return ByteString.EMPTY;
        }
        JsonNode content = error.path(name);
        ByteString head = number(variant, Integer.BYTES);
        return switch (name) {
            case "InstructionError" -> {
                ByteString inner = ofInstruction(content.path(1));
                yield inner.isEmpty()
                        ? inner
                        : head.concat(number(content.path(0).asLong(), 1)).concat(inner);
            }
            case "DuplicateInstruction" -> head.concat(number(content.asLong(), 1));
            case "InsufficientFundsForRent", "ProgramExecutionTemporarilyRestricted" ->
                head.concat(number(content.path("account_index").asLong(), 1));
            default -> head;
        };
    }

    private static ByteString ofInstruction(JsonNode error) {
        String name = name(error);
        int variant = TransactionErrors.OF_INSTRUCTION.indexOf(name);
        if (variant < 0) {
            return ByteString.EMPTY;
        }
        ByteString head = number(variant, Integer.BYTES);
        JsonNode content = error.path(name);
        if (name.equals("Custom")) {
            return head.concat(number(content.asLong(), Integer.BYTES));
        }
        if (content.isTextual()) {
            byte[] text = content.asText().getBytes(StandardCharsets.UTF_8);
            return head.concat(number(text.length, Long.BYTES)).concat(ByteString.copyFrom(text));
        }
        return head;
    }

    /** A variant without content is a text, another an object with its name as the only key. */
    private static String name(JsonNode error) {
        if (error.isTextual()) {
            return error.asText();
        }
        return error.isObject() && error.size() == 1 ? error.fieldNames().next() : "";
    }

    private static ByteString number(long value, int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (value >>> (8 * i));
        }
        return ByteString.copyFrom(bytes);
    }
}
