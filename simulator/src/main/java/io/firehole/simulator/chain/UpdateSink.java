package io.firehole.simulator.chain;

import io.firehole.wire.UpdateKind;

/**
 * Where {@link Matches} puts the messages it makes. A message is three runs of bytes, written one after the other:
 * {@code names} (field 1, encoded), {@code payload[offset, offset + length)} (the field of the oneof) and
 * {@code createdAt} (its field, encoded).
 */
@FunctionalInterface
public interface UpdateSink {
    /**
     * Takes one message. The arrays are shared with other streams: copy, never change.
     *
     * @return false to stop after this one; {@link Matches#write} then says where to go on
     */
    boolean update(UpdateKind kind, byte[] names, byte[] payload, int offset, int length, byte[] createdAt);
}
