/**
 * gRPC's messages on a byte stream: five bytes of header (packed or not, length), then the message.
 *
 * <p>A {@link io.firehole.wire.framing.MessageDeframer} takes the chunks of one call's stream as HTTP/2 brings them and
 * gives whole messages, unpacked by the call's {@link io.firehole.wire.framing.MessageEncoding}; a
 * {@link io.firehole.wire.framing.MessageHeader} is the way back. Every message is bounded, packed and unpacked, and what
 * breaks the rules ends in a {@link io.firehole.wire.framing.FramingException} that knows the status to end the call with.
 * {@link io.firehole.wire.framing.GrpcStatusText} is how that status' text travels.
 *
 * <p>A deframer belongs to the thread of its call, all else to none; nothing blocks. HTTP/2 itself, flow control and who
 * writes to whom are the gateway's and the simulator's.
 */
@NullMarked
package io.firehole.wire.framing;

import org.jspecify.annotations.NullMarked;
