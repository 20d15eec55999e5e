/**
 * The Yellowstone protocol as bytes: what comes from a provider, understood just as far as routing needs.
 *
 * <p>{@link io.firehole.wire.RawUpdate} is the heart: one walk over a received {@code SubscribeUpdate} tells its filter
 * names, kind, slot and identity and leaves all else the bytes it was. A {@code ByteCursor} knows protobuf's wire format,
 * a {@code HeadReader} knows which fields matter, and an {@code IdentityHash} makes 64 bits of what makes an update the
 * same as another. All of it belongs to no thread: values are immutable, readers live for one call.
 *
 * <p>The whole messages, for those who do want them decoded (filters, simulator, monitors), are the generated types in
 * {@code io.firehole.wire.proto} and {@code io.firehole.wire.proto.storage}. {@code capture} reads recordings of updates,
 * {@code framing} cuts a byte stream into gRPC messages. Nothing here opens a connection or knows a gRPC library.
 */
@NullMarked
package io.firehole.wire;

import org.jspecify.annotations.NullMarked;
