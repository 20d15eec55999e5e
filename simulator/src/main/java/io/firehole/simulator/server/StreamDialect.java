package io.firehole.simulator.server;

import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.simulator.faults.FaultKind;
import io.firehole.wire.UpdateKind;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

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

    /** What is to be done to the next update of that kind; null for nothing. */
    @Nullable
    FaultKind poison(UpdateKind update);

    /** What a stream is told that fell behind the chain. */
    String laggedText();
}
