package io.firehole.wire;

/** What a {@code SubscribeUpdate} carries: the variants of its oneof, and one for those this schema does not know. */
public enum UpdateKind {
    ACCOUNT(2),
    SLOT(3),
    TRANSACTION(4),
    TRANSACTION_STATUS(10),
    BLOCK(5),
    BLOCK_META(7),
    ENTRY(8),
    PING(6),
    PONG(9),
    /** A variant newer than this schema. Its bytes are passed on as they are; it has no slot and no identity. */
    UNKNOWN(0);

    private final int fieldNumber;

    UpdateKind(int fieldNumber) {
        this.fieldNumber = fieldNumber;
    }

    /** The number of the oneof field in {@code SubscribeUpdate}; 0 for {@link #UNKNOWN}. */
    public int fieldNumber() {
        return fieldNumber;
    }
}
