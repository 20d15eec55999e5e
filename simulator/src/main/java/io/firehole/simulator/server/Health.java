package io.firehole.simulator.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.framing.FramingException;
import io.firehole.wire.framing.MessageEncoding;
import java.io.IOException;

/**
 * The health service of gRPC, by hand since it is two fields: a request has the service's name in field 1, a response
 * the status in field 1. Needs no token.
 */
final class Health {

    private static final int NAME_TAG = (1 << 3) | 2;

    /** Field 1, the enum's value for SERVING. */
    private static final ByteString SERVING = ByteString.copyFrom(new byte[] {1 << 3, 1});

    private static final GrpcStatus NOT_REGISTERED = GrpcStatus.Code.NOT_FOUND.with("service not registered");

    private Health() {}

    /** Check. */
    static UnaryAnswer check(byte[] request) {
        try {
            String name = "";
            CodedInputStream in = CodedInputStream.newInstance(request);
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                if (tag == NAME_TAG) {
                    name = in.readStringRequireUtf8();
                } else {
                    in.skipField(tag);
                }
            }
            return name.isEmpty() || name.equals("geyser.Geyser")
                    ? new UnaryAnswer.Message(SERVING)
                    : new UnaryAnswer.Failed(NOT_REGISTERED);
        } catch (IOException e) {
            return new UnaryAnswer.Failed(
                    GrpcStatus.Code.INTERNAL.with("failed to decode Protobuf message: " + e.getMessage()));
        }
    }

    /** Watch: one response, then the call stays open, since nothing ever changes. */
    static final class Watch implements Call {

        private final Reply reply;
        private final MessageEncoding encoding;
        private boolean answered;

        Watch(Reply reply, MessageEncoding encoding) {
            this.reply = reply;
            this.encoding = encoding;
        }

        @Override
        public void message(byte[] message) {
            if (answered) {
                return;
            }
            answered = true;
            switch (check(message)) {
                case UnaryAnswer.Message answer -> {
                    reply.headers(encoding);
                    reply.data(UnaryCall.framed(answer.bytes(), encoding));
                    reply.flush();
                }
                case UnaryAnswer.Failed failed -> reply.end(failed.status());
            }
        }

        @Override
        public void broken(FramingException problem) {
            reply.end(problem.status());
        }

        @Override
        public void requestEnded() {
            reply.requestEnded();
            if (!answered) {
                reply.end(GrpcStatus.Code.INTERNAL.with("Missing request message."));
            }
        }

        @Override
        public void writable() {}

        @Override
        public void shutDown() {
            reply.end(GrpcStatus.Code.UNAVAILABLE.with("server is shutting down"));
        }

        @Override
        public void closed() {}
    }
}
