package io.firehole.simulator.server;

import io.firehole.filters.profile.ProviderProfile;
import io.firehole.simulator.chain.Chain;
import io.firehole.simulator.faults.Fault;
import io.firehole.simulator.faults.FaultDesk;
import io.firehole.simulator.faults.FaultSite;
import io.firehole.simulator.faults.SocketTap;
import io.firehole.simulator.rules.AccessToken;
import io.firehole.simulator.rules.ConnectLedger;
import io.firehole.simulator.rules.Outcome;
import io.firehole.simulator.rules.ProviderRules;
import io.firehole.simulator.rules.Refusals;
import io.firehole.simulator.rules.StreamLedger;
import io.firehole.simulator.time.ProviderClock;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for clients and serves them. Any thread.
 *
 * <p>Every accepted TCP connection is counted before a byte is read from it. Those that are refused without a word are
 * closed right there.
 */
public final class ProviderServer implements FaultSite, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ProviderServer.class);

    private static final AttributeKey<ConnectLedger.Connect> CONNECT =
            AttributeKey.valueOf(ProviderServer.class, "connect");

    private static final int EVENT_LOOPS = 2;
    private static final int BACKLOG = 1_024;

    /** What clients may send before we read it, per stream and per connection: the reference's HTTP/2 library's choice. */
    private static final int WINDOW_BYTES = 1024 * 1024;

    private static final int MAX_HEADER_BYTES = 16 * 1024;

    /** A stream may have this much on its way to the socket before it waits. */
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    /** How long clients may take to read the last words at a shutdown. */
    private static final Duration LAST_WORDS = Duration.ofMillis(300);

    private final ConnectLedger connects;
    private final FaultDesk faults;
    private final Traffic traffic = new Traffic();
    private final StreamLedger streams;
    private final Refusals refusals = new Refusals();
    private final ProviderContext context;
    private final EventLoopGroup acceptor;
    private final EventLoopGroup loops;
    private final ScheduledExecutorService timer;
    private final ExecutorService workers;
    private final Map<Long, ProviderConnection> connections = new ConcurrentHashMap<>();

    private volatile boolean shuttingDown;
    private @Nullable Channel listening;

    /** A server that does not listen yet. */
    public ProviderServer(
            Chain chain, ProviderRules rules, @Nullable AccessToken token, StreamLimits limits, ProviderClock clock) {
        ProviderProfile profile = rules.profile();
        this.connects = new ConnectLedger(profile.connects(), rules.overLimit(), profile.connectionsMax());
        this.streams = new StreamLedger(profile);
        this.timer = Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("simulator-faults", true));
        this.workers = Executors.newSingleThreadExecutor(new DefaultThreadFactory("simulator-requests", true));
        this.faults = new FaultDesk(this, clock, timer);
        this.context = new ProviderContext(
                chain,
                profile,
                token,
                limits,
                clock,
                faults,
                streams,
                refusals,
                traffic,
                QueueBudget.ofMemory(),
                workers,
                PooledByteBufAllocator.DEFAULT,
                () -> shuttingDown);
        IoHandlerFactory io = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.acceptor = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("simulator-accept", true), io);
        this.loops = new MultiThreadIoEventLoopGroup(EVENT_LOOPS, new DefaultThreadFactory("simulator-io", true), io);
    }

    /**
     * Begins to listen.
     *
     * @return the address, with the port that was taken
     * @throws IOException if the address cannot be had; the message names it
     */
    public InetSocketAddress listen(InetSocketAddress address) throws IOException {
        ChannelFuture bound = new ServerBootstrap()
                .group(acceptor, loops)
                .channel(serverChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .handler(new Doorkeeper())
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        welcome(channel);
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        Throwable cause = bound.cause();
        if (cause != null) {
            throw new IOException(
                    "cannot listen on " + address.getHostString() + ":" + address.getPort() + ": " + cause.getMessage(),
                    cause);
        }
        listening = bound.channel();
        return (InetSocketAddress) bound.channel().localAddress();
    }

    private static Class<? extends ServerSocketChannel> serverChannel() {
        return Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    /** The chain has something new. */
    public void advance() {
        connections.values().forEach(ProviderConnection::advance);
    }

    public ConnectLedger connects() {
        return connects;
    }

    public Traffic traffic() {
        return traffic;
    }

    public Refusals refusals() {
        return refusals;
    }

    public FaultDesk faults() {
        return faults;
    }

    /** How many Subscribe and SubscribeDeshred calls are open. */
    public int openStreams() {
        return streams.openStreams();
    }

    @Override
    public int strike(Fault fault) {
        List<ProviderConnection> concerned = concernedBy(fault);
        concerned.forEach(connection -> connection.strike(fault));
        return concerned.size();
    }

    @Override
    public int concerned(Fault fault) {
        return concernedBy(fault).size();
    }

    private List<ProviderConnection> concernedBy(Fault fault) {
        return connections.values().stream()
                .filter(connection -> fault.concerns(connection.id()))
                .toList();
    }

    @Override
    public void killNextSlot() {
        context.chain().killNextSlot();
    }

    @Override
    public void release() {
        connections.values().forEach(ProviderConnection::release);
    }

    /** Tells every open stream that the server is shutting down, then closes everything. Takes less than a second. */
    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // what fails to close now is closed with its event loop
    public void close() {
        shuttingDown = true;
        timer.shutdownNow();
        Channel door = listening;
        if (door != null) {
            door.close().awaitUninterruptibly();
        }
        connections.values().forEach(ProviderConnection::shutDown);
        long deadline = System.nanoTime() + LAST_WORDS.toNanos();
        while (streams.openStreams() > 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
        connections.values().forEach(connection -> connection.channel().close());
        workers.shutdownNow();
        loops.shutdownGracefully(0, LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
        acceptor.shutdownGracefully(0, LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
        loops.terminationFuture().awaitUninterruptibly(LAST_WORDS.toMillis());
        acceptor.terminationFuture().awaitUninterruptibly(LAST_WORDS.toMillis());
    }

    private void welcome(Channel channel) {
        ConnectLedger.Connect connect = channel.attr(CONNECT).get();
        if (connect.outcome() == Outcome.FAULT_HTTP2) {
            channel.closeFuture().addListener(closed -> connects.closed());
            channel.pipeline().addLast(codec()).addLast(new HangUp()).addLast(new Threshold());
            return;
        }
        SocketTap tap = new SocketTap(context.clock()::nanos);
        ProviderConnection connection = new ProviderConnection(connect.id(), connect.outcome(), channel, tap, context);
        connections.put(connection.id(), connection);
        channel.closeFuture().addListener(closed -> {
            connections.remove(connection.id());
            connects.closed();
        });
        channel.pipeline()
                .addLast(tap)
                .addLast(codec())
                .addLast(new Windows())
                .addLast(new Http2MultiplexHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel stream) {
                        stream.config().setWriteBufferWaterMark(WATER_MARK);
                        stream.pipeline().addLast(new CallHandler(connection));
                    }
                }))
                .addLast(new Threshold());
    }

    /**
     * HTTP/2 as the reference speaks it: no limit on streams is announced, and nothing a client may ordinarily do is
     * taken for an attack: pings, settings, resets and empty frames at any rate.
     */
    private static Http2FrameCodec codec() {
        return Http2FrameCodecBuilder.forServer()
                .initialSettings(
                        new Http2Settings().initialWindowSize(WINDOW_BYTES).maxHeaderListSize(MAX_HEADER_BYTES))
                .autoAckPingFrame(true)
                .autoAckSettingsFrame(true)
                .encoderEnforceMaxQueuedControlFrames(0)
                .encoderEnforceMaxRstFramesPerWindow(0, 0)
                .decoderEnforceMaxRstFramesPerWindow(0, 0)
                .decoderEnforceMaxConsecutiveEmptyDataFrames(0)
                .decoupleCloseAndGoAway(true)
                .build();
    }

    /** Counts and judges each connection as it comes off the listening socket, before anything is read from it. */
    private final class Doorkeeper extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object accepted) {
            Channel channel = (Channel) accepted;
            ConnectLedger.Connect connect =
                    connects.accept(context.clock().wall().toEpochMilli(), fault());
            log.debug("connection {} from {}: {}", connect.id(), channel.remoteAddress(), connect.outcome());
            switch (connect.outcome()) {
                case LIMITED, LIMIT_CLOSED -> refusals.count("connects");
                case TOO_MANY -> refusals.count("connections.max");
                case ACCEPTED, FAULT, FAULT_HTTP2 -> {}
            }
            switch (connect.outcome()) {
                case ACCEPTED, LIMITED, FAULT_HTTP2 -> {
                    channel.attr(CONNECT).set(connect);
                    ctx.fireChannelRead(channel);
                }
                case LIMIT_CLOSED, TOO_MANY, FAULT -> channel.unsafe().closeForcibly();
            }
        }

        private @Nullable Outcome fault() {
            if (faults.refusing()) {
                return Outcome.FAULT;
            }
            return faults.hangingUp() ? Outcome.FAULT_HTTP2 : null;
        }
    }

    /** Closes a connection when the client's settings have come. Ours have gone out before, and arrive before the end. */
    private static final class HangUp extends ChannelInboundHandlerAdapter {

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // nothing is left to be told
        public void channelRead(ChannelHandlerContext ctx, Object frame) {
            ReferenceCountUtil.release(frame);
            if (frame instanceof Http2SettingsFrame) {
                ctx.flush();
                ctx.close();
            }
        }
    }

    /** Opens the connection's receive window, which SETTINGS cannot. */
    private static final class Windows extends ChannelInboundHandlerAdapter {

        @Override
        public void channelActive(ChannelHandlerContext ctx) throws Exception {
            ctx.fireChannelActive();
            Http2FrameCodec codec = ctx.pipeline().get(Http2FrameCodec.class);
            codec.connection()
                    .local()
                    .flowController()
                    .incrementWindowSize(codec.connection().connectionStream(), WINDOW_BYTES);
            ctx.flush();
        }
    }

    /** The end of a connection's pipeline: frames that concern nobody, and errors. */
    private static final class Threshold extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object frame) {
            ReferenceCountUtil.release(frame);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            ReferenceCountUtil.release(event);
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // nothing is left to be told
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            log.debug("connection from {} broken: {}", ctx.channel().remoteAddress(), cause.toString());
            ctx.close();
        }
    }
}
