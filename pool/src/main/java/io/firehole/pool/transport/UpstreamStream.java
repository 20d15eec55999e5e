package io.firehole.pool.transport;

import io.firehole.wire.proto.SubscribeRequest;

/** One {@code Subscribe} call. Any thread; nothing here blocks. */
public interface UpstreamStream {

    /** Sends a whole request: it replaces what the stream asked for before. Ignored once the stream has ended. */
    void send(SubscribeRequest request);

    /** Ends the call; {@link StreamListener#closed} follows. Idempotent. */
    void cancel();
}
