package io.firehole.simulator.faults;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.PendingWriteQueue;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sits next to the socket, where it can do to the bytes what a bad network does.
 *
 * <p>What is held back counts as written but not yet sent, so that the layers above see an ordinary full socket and
 * stop by themselves. Every method belongs to the connection's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a socket that fails tells so by closing
public final class SocketTap extends ChannelDuplexHandler {

    /** A slowed connection gets at least this many bytes per second. */
    static final long SLOWEST_BYTES_PER_SECOND = 1024;

    private static final long SLOW_TURN_MILLIS = 20;
    private static final long RATE_WINDOW_NANOS = 1_000_000_000;

    /** How long a connection that was given a FIN may take to close its own side. */
    private static final long FIN_PATIENCE_MILLIS = 2_000;

    private enum Mode {
        FLOWING,
        HELD,
        SLOWED,
        SILENT
    }

    private final LongSupplier nanos;

    private Mode mode = Mode.FLOWING;
    private @Nullable ChannelHandlerContext context;
    private @Nullable PendingWriteQueue held;
    private @Nullable Future<?> end;
    private @Nullable ScheduledFuture<?> drip;
    private long bytesPerSecond;
    private long credit;

    private long windowStart;
    private long windowBytes;
    private long lastRate;

    /** @param nanos the provider's monotonic clock */
    public SocketTap(LongSupplier nanos) {
        this.nanos = nanos;
        this.windowStart = nanos.getAsLong();
    }

    /** Ends the connection with a TCP reset. */
    public void reset() {
        Channel channel = context().channel();
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        mode = Mode.SILENT;
        context().close();
    }

    /** Ends the connection with a TCP FIN and nothing else; what the client still sends is thrown away. */
    public void fin() {
        ChannelHandlerContext here = context();
        become(Mode.SILENT);
        // Closing the socket with unread bytes in it would send a reset instead, so only our half is closed at first.
        here.channel().config().setAutoRead(true);
        ((DuplexChannel) here.channel()).shutdownOutput();
        here.executor().schedule(() -> here.close(), FIN_PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** From now on neither reads nor writes nor closes. */
    public void silence() {
        become(Mode.SILENT);
        context().channel().config().setAutoRead(false);
    }

    /** Writes nothing for a while, then everything. */
    public void stall(Duration lasting) {
        if (mode == Mode.SILENT) {
            return;
        }
        become(Mode.HELD);
        end = context().executor().schedule(this::release, lasting.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** For a while writes a tenth of the bytes per second that it wrote lately. */
    public void slow(Duration lasting) {
        if (mode == Mode.SILENT) {
            return;
        }
        long rate = recentRate();
        become(Mode.SLOWED);
        bytesPerSecond = Math.max(SLOWEST_BYTES_PER_SECOND, rate / 10);
        credit = 0;
        drip = context()
                .executor()
                .scheduleAtFixedRate(this::drip, SLOW_TURN_MILLIS, SLOW_TURN_MILLIS, TimeUnit.MILLISECONDS);
        end = context().executor().schedule(this::release, lasting.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Lets what was held back go, and everything after it. Does nothing for a silent socket. */
    public void release() {
        if (mode != Mode.HELD && mode != Mode.SLOWED) {
            return;
        }
        become(Mode.FLOWING);
        PendingWriteQueue queue = held;
        if (queue != null) {
            queue.removeAndWriteAll();
        }
        context().flush();
    }

    private void become(Mode next) {
        mode = next;
        Future<?> ending = end;
        if (ending != null) {
            ending.cancel(false);
            end = null;
        }
        ScheduledFuture<?> dripping = drip;
        if (dripping != null) {
            dripping.cancel(false);
            drip = null;
        }
    }

    private void drip() {
        credit = Math.min(credit + bytesPerSecond * SLOW_TURN_MILLIS / 1000, bytesPerSecond);
        PendingWriteQueue queue = held;
        if (queue == null) {
            return;
        }
        boolean wrote = false;
        while (credit > 0 && !queue.isEmpty()) {
            credit -= size(queue.current());
            queue.removeAndWrite();
            wrote = true;
        }
        if (wrote) {
            context().flush();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        become(Mode.SILENT);
        PendingWriteQueue queue = held;
        if (queue != null) {
            queue.removeAndFailAll(new java.nio.channels.ClosedChannelException());
        }
        super.channelInactive(ctx);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
        switch (mode) {
            case FLOWING -> {
                measure(size(msg));
                ctx.write(msg, promise);
            }
            case HELD, SLOWED -> {
                PendingWriteQueue queue = held;
                if (queue == null) {
                    queue = new PendingWriteQueue(ctx);
                    held = queue;
                }
                queue.add(msg, promise);
            }
            case SILENT -> {
                ReferenceCountUtil.release(msg);
                promise.trySuccess();
            }
        }
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        if (mode == Mode.FLOWING) {
            ctx.flush();
        }
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        if (mode != Mode.SILENT || ctx.channel().config().isAutoRead()) {
            ctx.read();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (mode == Mode.SILENT) {
            ReferenceCountUtil.release(msg);
        } else {
            ctx.fireChannelRead(msg);
        }
    }

    private void measure(long bytes) {
        long now = nanos.getAsLong();
        long elapsed = now - windowStart;
        if (elapsed >= RATE_WINDOW_NANOS) {
            lastRate = windowBytes * 1_000_000_000 / elapsed;
            windowStart = now;
            windowBytes = 0;
        }
        windowBytes += bytes;
    }

    private long recentRate() {
        long elapsed = nanos.getAsLong() - windowStart;
        long now = elapsed > RATE_WINDOW_NANOS / 10 ? (long) (windowBytes * 1e9 / elapsed) : 0;
        return Math.max(lastRate, now);
    }

    private static long size(Object message) {
        return switch (message) {
            case ByteBuf bytes -> bytes.readableBytes();
            case ByteBufHolder holder -> holder.content().readableBytes();
            default -> 0;
        };
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext here = context;
        if (here == null) {
            throw new IllegalStateException("the tap is not in a pipeline yet");
        }
        return here;
    }
}
