package io.firehole.gateway.stream;

import java.nio.ByteBuffer;

/** A call as the server that carries it sees it. Event loop only. */
public interface CarriedCall {

    /** The outlet can take a buffer again. */
    void writable();

    /**
     * The next bytes of the client's messages, asked for by {@link Inlet#more}.
     *
     * @param bytes the call's own from now on
     */
    void received(ByteBuffer bytes);

    /** The client has said that no message follows. It still reads. */
    void halfClosed();

    /** The client is not there any more, or has got its status. Idempotent. */
    void gone();
}
