package io.firehole.simulator.server;

import io.firehole.wire.GrpcStatus;
import io.firehole.wire.framing.GrpcStatusText;
import io.firehole.wire.framing.MessageEncoding;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/** The server's half of one call, as HTTP/2 frames. Belongs to the call's event loop. */
@SuppressWarnings("FutureReturnValueIgnored") // a call that fails tells so by closing
final class Reply {

    private static final String CONTENT_TYPE = "application/grpc";

    private final Channel channel;
    private boolean headersSent;
    private boolean ended;
    private boolean requestEnded;

    Reply(Channel channel) {
        this.channel = channel;
    }

    /** The client has sent all it will. */
    void requestEnded() {
        requestEnded = true;
    }

    boolean isEnded() {
        return ended;
    }

    boolean isWritable() {
        return channel.isWritable();
    }

    /** The response headers, at once. */
    void headers(MessageEncoding encoding) {
        if (headersSent || ended) {
            return;
        }
        headersSent = true;
        Http2Headers headers = new DefaultHttp2Headers().status("200").set("content-type", CONTENT_TYPE);
        if (encoding != MessageEncoding.IDENTITY) {
            headers.set("grpc-encoding", encoding.wireName());
        }
        channel.writeAndFlush(new DefaultHttp2HeadersFrame(headers, false));
    }

    /** Framed messages, or a part of one; not flushed. Takes the bytes over. */
    void data(ByteBuf piece) {
        if (ended) {
            piece.release();
            return;
        }
        channel.write(new DefaultHttp2DataFrame(piece, false));
    }

    void flush() {
        channel.flush();
    }

    /** Ends the call: with trailers, or without any headers before as "trailers only". */
    void end(GrpcStatus status) {
        end(status, null);
    }

    /** Refuses a call and says which encodings would be understood. */
    void refuseEncoding(GrpcStatus status, String accepted) {
        end(status, accepted);
    }

    /** Refuses the call as a load balancer in front of the server would, without a word of gRPC. */
    void refuseByHttp(String httpStatus) {
        finish(new DefaultHttp2Headers().status(httpStatus).set("content-length", "0"));
    }

    /** Breaks the call off. */
    void reset(Http2Error error) {
        ended = true;
        channel.writeAndFlush(new DefaultHttp2ResetFrame(error));
    }

    private void end(GrpcStatus status, @Nullable String acceptedEncodings) {
        Http2Headers headers = new DefaultHttp2Headers();
        if (!headersSent) {
            headers.status("200").set("content-type", CONTENT_TYPE);
        }
        headers.set("grpc-status", Integer.toString(status.code().number()));
        if (!status.message().isEmpty()) {
            headers.set("grpc-message", GrpcStatusText.encode(status.message()));
        }
        if (acceptedEncodings != null) {
            headers.set("grpc-accept-encoding", acceptedEncodings);
        }
        finish(headers);
    }

    private void finish(Http2Headers headers) {
        if (ended) {
            return;
        }
        ended = true;
        ChannelFuture written = channel.writeAndFlush(new DefaultHttp2HeadersFrame(headers, true));
        if (!requestEnded) {
            // The client may still be sending: tell it, without an error, that nobody reads any more.
            written.addListener(done -> {
                if (done.isSuccess()) {
                    channel.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
                }
            });
        }
    }
}
