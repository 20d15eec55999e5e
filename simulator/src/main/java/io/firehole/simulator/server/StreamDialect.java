package io.firehole.simulator.server;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Instant;

/** What differs between Subscribe and SubscribeDeshred. Any thread. */
interface StreamDialect {

    /**
     * Reads and checks a request.
     *
     * @throws InvalidProtocolBufferException if the bytes are no request
     */
    Asked read(byte[] message) throws InvalidProtocolBufferException;

    OutboundMessage ping(Instant now);

    OutboundMessage pong(int id, Instant now);

    /** What a stream is told that fell behind the chain. */
    String laggedText();
}
