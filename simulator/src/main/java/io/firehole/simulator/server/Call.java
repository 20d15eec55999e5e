package io.firehole.simulator.server;

import io.firehole.wire.framing.FramingException;

/** The server's side of one gRPC call. Every method is called on the call's event loop. */
interface Call {

    /** The client sent a message; it is the call's own. */
    void message(byte[] message);

    /** What the client sent is no gRPC stream, or a message is over the limit. Nothing more is read. */
    void broken(FramingException problem);

    /** The client has sent all it will. */
    void requestEnded();

    /** There is room to write again. */
    void writable();

    /** The server shuts down. */
    void shutDown();

    /** The call is over, by whichever side. Called once, last. */
    void closed();
}
