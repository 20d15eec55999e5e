package io.firehole.simulator.server;

import io.firehole.wire.framing.FramingException;
import io.firehole.wire.framing.MessageDeframer;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Between one HTTP/2 stream and its {@link Call}: the first headers choose the call, data become messages. */
final class CallHandler extends ChannelInboundHandlerAdapter {

    private static final Logger log = LoggerFactory.getLogger(CallHandler.class);

    private final ProviderConnection connection;

    private @Nullable OpenCall open;
    private boolean begun;
    private boolean broken;

    /** A call and how its messages are read. */
    record OpenCall(Call call, MessageDeframer deframer) {}

    CallHandler(ProviderConnection connection) {
        this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        try {
            if (frame instanceof Http2HeadersFrame headers) {
                if (!begun) {
                    begun = true;
                    open = connection.begin(headers.headers(), ctx.channel(), headers.isEndStream());
                }
                if (headers.isEndStream()) {
                    requestEnded();
                }
            } else if (frame instanceof Http2DataFrame data) {
                feed(data);
                if (data.isEndStream()) {
                    requestEnded();
                }
            }
        } finally {
            ReferenceCountUtil.release(frame);
        }
    }

    private void feed(Http2DataFrame data) {
        OpenCall call = open;
        if (call == null || broken) {
            return;
        }
        try {
            for (ByteBuffer chunk : data.content().nioBuffers()) {
                call.deframer().feed(chunk, call.call()::message);
            }
        } catch (FramingException e) {
            broken = true;
            call.call().broken(e);
        }
    }

    private void requestEnded() {
        OpenCall call = open;
        if (call != null) {
            call.call().requestEnded();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        OpenCall call = open;
        if (call != null && ctx.channel().isWritable()) {
            call.call().writable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        OpenCall call = open;
        if (call != null) {
            open = null;
            connection.over(call.call());
        }
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // nothing is left to be told
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        log.debug("call on connection {} broken", connection.id(), cause);
        ctx.close();
    }
}
