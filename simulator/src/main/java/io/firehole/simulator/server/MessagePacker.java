package io.firehole.simulator.server;

import io.firehole.wire.framing.MessageEncoding;
import io.firehole.wire.framing.MessageHeader;

/** Puts the five bytes before a message, and packs it first if the call has an encoding: every message, small ones too. */
final class MessagePacker {

    private final MessageEncoding encoding;

    MessagePacker(MessageEncoding encoding) {
        this.encoding = encoding;
    }

    Rest pack(OutboundMessage message) {
        byte[] header = new byte[MessageHeader.BYTES];
        if (encoding == MessageEncoding.IDENTITY) {
            MessageHeader.write(false, message.size(), header, 0);
            return new Rest(header, message);
        }
        byte[] packed = encoding.compress(message.toBytes());
        MessageHeader.write(true, packed.length, header, 0);
        return new Rest(header, packed);
    }
}
