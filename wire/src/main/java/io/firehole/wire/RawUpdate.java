package io.firehole.wire;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.SlotStatus;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * A {@code SubscribeUpdate} as it was received, with only its head understood: the names of the filters it matched, its
 * kind, its slot, and where its identity lies. Everything else stays bytes that are passed on as they came, fields and
 * variants newer than our schema included.
 *
 * <p>So a malformed message <em>deep</em> inside (in a transaction's instructions, say) is accepted here, where the
 * generated parser would refuse it, and names need not be valid UTF-8: the provider wrote both, and the monitor gets what
 * a subscription of its own would have given it. What is read here is read as the generated parser reads it.
 *
 * <p>To give an update names of another's choosing, write those names (protobuf field 1) and then the tail: the message
 * without its names, in its order. When all names come first, as servers write them, or last, or there are none, the tail
 * is a range of the received bytes; only when names lie between other fields is it a copy.
 *
 * <p>Immutable, so for any thread, as long as nobody writes to the buffer. Never blocks; allocates itself and one array
 * for the names.
 */
public final class RawUpdate {

    /** The most names that are read of one update; far more than a request that a provider takes can have filters. */
    public static final int NAMES_MAX = 1 << 20;

    static final int[] NO_NAMES = {};

    private final byte[] buffer;
    private final UpdateKind kind;
    private final long slot;
    private final int[] names;
    private final int nameCount;
    private final byte[] tail;
    private final int tailOffset;
    private final int tailLength;
    private final int keyOffset;
    private final int keyLength;
    private final int signatureOffset;
    private final int signatureLength;
    private final long number;
    private final int createdAtOffset;
    private final int createdAtLength;
    private final long receivedNanos;

    private RawUpdate(byte[] buffer, int offset, int length, long receivedNanos, HeadReader head)
            throws MalformedUpdateException {
        this.buffer = buffer;
        this.kind = head.kind;
        this.slot = head.slot;
        this.names = head.names;
        this.nameCount = head.nameCount;
        this.tailLength = length - head.nameFieldBytes;
        if (head.restIsCut()) {
            this.tail = HeadReader.copyRest(buffer, offset, length, tailLength);
            this.tailOffset = 0;
        } else {
            this.tail = buffer;
            this.tailOffset = head.restOffset();
        }
        this.keyOffset = head.keyOffset;
        this.keyLength = head.keyLength;
        this.signatureOffset = head.signatureOffset;
        this.signatureLength = head.signatureLength;
        this.number = head.number;
        this.createdAtOffset = head.createdAtOffset;
        this.createdAtLength = head.createdAtLength;
        this.receivedNanos = receivedNanos;
    }

    /**
     * Reads the head of an update that fills its array.
     *
     * @param message the bytes as received; kept, not copied: nobody may write to them again
     * @throws MalformedUpdateException if the bytes are no update; nothing else is ever thrown, whatever they are
     */
    public static RawUpdate parse(byte[] message) throws MalformedUpdateException {
        return read(message, 0, message.length, 0);
    }

    /**
     * The same of an update whose time of arrival matters.
     *
     * @param receivedNanos when it came, by whatever clock the caller goes by
     */
    public static RawUpdate parse(byte[] message, long receivedNanos) throws MalformedUpdateException {
        return read(message, 0, message.length, receivedNanos);
    }

    /**
     * Reads the head of an update that is a range of an array.
     *
     * @param buffer kept, not copied: nobody may write to that range again
     * @param offset index of the update's first byte; the offsets that {@link MalformedUpdateException} names count from
     *     it
     * @param length bytes of the update
     * @throws MalformedUpdateException if those bytes are no update
     * @throws IndexOutOfBoundsException if the range is not within the array
     */
    public static RawUpdate parse(byte[] buffer, int offset, int length) throws MalformedUpdateException {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        return read(buffer, offset, length, 0);
    }

    private static RawUpdate read(byte[] buffer, int offset, int length, long receivedNanos)
            throws MalformedUpdateException {
        HeadReader head = new HeadReader(new ByteCursor(buffer, offset, length));
        head.read();
        return new RawUpdate(buffer, offset, length, receivedNanos, head);
    }

    /** What the update carries; {@link UpdateKind#UNKNOWN} if that is newer than our schema, or nothing at all. */
    public UpdateKind kind() {
        return kind;
    }

    /** The slot, an unsigned number; 0 for the kinds that have none (ping, pong, unknown). */
    public long slot() {
        return slot;
    }

    /** When it came, by the clock of whoever had it parsed; 0 if that was not said. */
    public long receivedNanos() {
        return receivedNanos;
    }

    /**
     * When the provider made it, in microseconds since 1970 by the provider's clock; 0 if it does not say. Read anew with each
     * call.
     */
    public long createdAtMicros() {
        return createdAtLength == 0 ? 0 : HeadReader.readTimestamp(buffer, createdAtOffset, createdAtLength);
    }

    /** How many filter names the update carries: of data at least one, of ping and pong none. */
    public int filterCount() {
        return nameCount;
    }

    /**
     * The {@code i}th filter name, from 0, as text made anew with each call; on the hot path compare its bytes instead.
     *
     * @return the name, with U+FFFD for what is not valid UTF-8
     */
    public String filter(int i) {
        return new String(buffer, filterOffset(i), filterLength(i), StandardCharsets.UTF_8);
    }

    /** Where in {@link #buffer()} the bytes of the {@code i}th filter name begin. Not checked to be UTF-8. */
    public int filterOffset(int i) {
        return names[2 * Objects.checkIndex(i, nameCount)];
    }

    /** How many bytes the {@code i}th filter name has. */
    public int filterLength(int i) {
        return names[2 * Objects.checkIndex(i, nameCount) + 1];
    }

    /** The array the update was received in: read it, never change it. */
    public byte[] buffer() {
        return buffer;
    }

    /** The array that holds the tail, the message without its names: read it, never change it. */
    public byte[] tail() {
        return tail;
    }

    /** Where in {@link #tail()} the tail begins. */
    public int tailOffset() {
        return tailOffset;
    }

    /** How many bytes the tail has. */
    public int tailLength() {
        return tailLength;
    }

    /**
     * Whether two updates of this kind can be told to be the same: {@link #identityHash} then means something. False for
     * ping, pong and unknown kinds, and where a provider left out the field that identifies.
     */
    public boolean hasIdentity() {
        return switch (kind) {
            case SLOT, ENTRY -> true;
            case ACCOUNT, TRANSACTION, TRANSACTION_STATUS, BLOCK, BLOCK_META -> keyLength > 0;
            case PING, PONG, UNKNOWN -> false;
        };
    }

    /**
     * A hash of what makes this update the same as another of its slot, whichever connection or provider node each came
     * from. It covers the kind and
     *
     * <ul>
     *   <li>transaction, transaction status: the signature;
     *   <li>account: pubkey and transaction signature; pubkey and write_version where there is no signature (nodes number
     *       writes differently, so write_version is the last resort);
     *   <li>slot: the status;
     *   <li>entry: its index;
     *   <li>block, block meta: the blockhash. Blocks come once per filter name, and each such update is one of its own:
     *       the hash does not say for which name.
     * </ul>
     *
     * <p>The slot is not in it: whoever remembers hashes does so by slot. Nor are names, {@code created_at} and the rest of
     * the payload. Computed anew with each call, without allocation; the same in every process of this version.
     *
     * @return the hash; 0 if there is {@link #hasIdentity no identity}
     */
    public long identityHash() {
        if (!hasIdentity()) {
            return 0;
        }
        long hash = IdentityHash.start(kind);
        return switch (kind) {
            case TRANSACTION, TRANSACTION_STATUS, BLOCK, BLOCK_META ->
                IdentityHash.addBytes(hash, buffer, keyOffset, keyLength);
            case ACCOUNT -> {
                hash = IdentityHash.addBytes(hash, buffer, keyOffset, keyLength);
                yield signatureLength > 0
                        ? IdentityHash.addBytes(hash, buffer, signatureOffset, signatureLength)
                        : IdentityHash.addNumber(hash, number);
            }
            case SLOT, ENTRY -> IdentityHash.addNumber(hash, number);
            case PING, PONG, UNKNOWN -> 0;
        };
    }

    /**
     * The signature of a transaction or transaction status, or of the transaction that wrote an account; a copy.
     *
     * @return empty if there is none, and for other kinds
     */
    public ByteString signature() {
        return switch (kind) {
            case TRANSACTION, TRANSACTION_STATUS -> key();
            case ACCOUNT -> ByteString.copyFrom(buffer, signatureOffset, signatureLength);
            default -> ByteString.EMPTY;
        };
    }

    /** An account's key, copied; empty for other kinds. */
    public ByteString pubkey() {
        return kind == UpdateKind.ACCOUNT ? key() : ByteString.EMPTY;
    }

    /** An account's write_version, unsigned, by the numbering of the node that sent it; 0 for other kinds. */
    public long writeVersion() {
        return kind == UpdateKind.ACCOUNT ? number : 0;
    }

    /**
     * The status a slot has reached; {@link SlotStatus#UNRECOGNIZED} if it is newer than our schema.
     *
     * @throws IllegalStateException if this is no slot update
     */
    public SlotStatus status() {
        if (kind != UpdateKind.SLOT) {
            throw new IllegalStateException("only a slot update has a status, this is of kind " + kind);
        }
        SlotStatus status = SlotStatus.forNumber((int) number);
        return status == null ? SlotStatus.UNRECOGNIZED : status;
    }

    /** The hash of a block or block meta in base58, as text made anew; empty for other kinds. */
    public String blockhash() {
        return kind == UpdateKind.BLOCK || kind == UpdateKind.BLOCK_META
                ? new String(buffer, keyOffset, keyLength, StandardCharsets.UTF_8)
                : "";
    }

    /** The place of an entry in its slot, from 0; 0 for other kinds. */
    public long entryIndex() {
        return kind == UpdateKind.ENTRY ? number : 0;
    }

    private ByteString key() {
        return ByteString.copyFrom(buffer, keyOffset, keyLength);
    }

    @Override
    public String toString() {
        return "RawUpdate[" + kind + " slot " + Long.toUnsignedString(slot) + ", " + nameCount + " names, tail of "
                + tailLength + " bytes]";
    }
}
