package io.firehole.simulator.server;

import com.google.protobuf.ByteString;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.framing.FramingException;
import io.firehole.wire.framing.MessageEncoding;
import io.firehole.wire.framing.MessageHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** A call with one request and one response. */
final class UnaryCall implements Call {

    /** Answers a request; it is the method's own. Must not block. */
    @FunctionalInterface
    interface Method {
        UnaryAnswer answer(byte[] request);
    }

    private final Method method;
    private final Reply reply;
    private final MessageEncoding encoding;
    private boolean answered;

    UnaryCall(Method method, Reply reply, MessageEncoding encoding) {
        this.method = method;
        this.reply = reply;
        this.encoding = encoding;
    }

    @Override
    public void message(byte[] message) {
        if (answered) {
            return;
        }
        answered = true;
        switch (method.answer(message)) {
            case UnaryAnswer.Message answer -> {
                reply.headers(encoding);
                reply.data(framed(answer.bytes(), encoding));
                reply.end(GrpcStatus.OK);
            }
            case UnaryAnswer.Failed failed -> reply.end(failed.status());
        }
    }

    static ByteBuf framed(ByteString response, MessageEncoding encoding) {
        byte[] message = response.toByteArray();
        if (encoding == MessageEncoding.IDENTITY) {
            return Unpooled.wrappedBuffer(MessageHeader.frame(message));
        }
        byte[] packed = encoding.compress(message);
        byte[] header = new byte[MessageHeader.BYTES];
        MessageHeader.write(true, packed.length, header, 0);
        return Unpooled.wrappedBuffer(header, packed);
    }

    @Override
    public void broken(FramingException problem) {
        answered = true;
        reply.end(problem.status());
    }

    @Override
    public void requestEnded() {
        reply.requestEnded();
        if (!answered) {
            answered = true;
            reply.end(GrpcStatus.Code.INTERNAL.with("Missing request message."));
        }
    }

    @Override
    public void writable() {}

    @Override
    public void shutDown() {}

    @Override
    public void closed() {}
}
