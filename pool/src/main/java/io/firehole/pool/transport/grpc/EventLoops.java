package io.firehole.pool.transport.grpc;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The few threads that all connections of a transport share, named {@code firehole-upstream-N}. */
final class EventLoops implements AutoCloseable {

    /** How long the loops stay to finish what closing connections still hand to them. */
    private static final long QUIET_MILLIS = 50;

    private static final long STOP_MILLIS = 2_000;

    private final boolean epoll;
    private final EventLoopGroup group;

    EventLoops(int threads) {
        this(threads, Epoll.isAvailable());
    }

    EventLoops(int threads, boolean epoll) {
        this.epoll = epoll;
        AtomicInteger made = new AtomicInteger();
        ThreadFactory factory = task -> {
            Thread thread = new FastThreadLocalThread(task, "firehole-upstream-" + made.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
        group = new MultiThreadIoEventLoopGroup(
                threads, factory, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    /** The loop for the next connection. */
    EventLoop next() {
        return group.next();
    }

    /** Whether sockets are made of epoll; plain NIO elsewhere than on Linux. */
    boolean epoll() {
        return epoll;
    }

    /** A socket that can be registered with these loops. */
    Channel newSocket() {
        return epoll ? new EpollSocketChannel() : new NioSocketChannel();
    }

    /** Whether the threads have ended within that time. */
    boolean awaitTermination(long millis) throws InterruptedException {
        return group.awaitTermination(millis, TimeUnit.MILLISECONDS);
    }

    /** Lets the loops run out and end; does not wait for it. */
    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // See awaitTermination.
    public void close() {
        group.shutdownGracefully(QUIET_MILLIS, STOP_MILLIS, TimeUnit.MILLISECONDS);
    }
}
