package io.firehole.pool.transport.grpc;

import io.firehole.pool.budget.ConnectionBudget;
import io.firehole.pool.budget.PermitWish;
import io.firehole.pool.time.NanoClock;
import io.firehole.pool.transport.Connection;
import io.firehole.pool.transport.ConnectionListener;
import io.firehole.pool.transport.Transport;
import io.grpc.ClientTransportFilter;
import io.grpc.Codec;
import io.grpc.DecompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections to one provider over grpc-java. Every socket it opens has passed the {@link ConnectionBudget}.
 *
 * <p>Names are looked up once per connection, and each address tried takes a permit of its own. Proxies of the environment
 * are not used: a connection the provider sees must be one we counted.
 */
public final class GrpcTransport implements Transport {

    private static final Logger log = LoggerFactory.getLogger(GrpcTransport.class);

    /** grpc-java logs whole HTTP/2 frames here at debug level, headers and all. */
    private static final Logger frames = LoggerFactory.getLogger("io.grpc.netty.NettyClientHandler");

    /** grpc-java never goes idle by itself if told to wait that long. */
    private static final long NO_IDLE_DAYS = 365;

    /** Nothing is compressed: what is unpacked here would be packed again for every monitor. */
    private static final DecompressorRegistry IDENTITY_ONLY =
            DecompressorRegistry.emptyInstance().with(Codec.Identity.NONE, false);

    private final GrpcEndpoint endpoint;
    private final String target;
    private final ConnectionBudget budget;
    private final GrpcTransportSettings settings;
    private final NanoClock clock;
    private final @Nullable SslContext sslContext;
    private final EventLoops loops;
    private final Set<GrpcConnection> connections = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** A transport with {@link GrpcTransportSettings#DEFAULT} and the machine's clock. */
    public GrpcTransport(GrpcEndpoint endpoint, ConnectionBudget budget) {
        this(endpoint, budget, GrpcTransportSettings.DEFAULT, NanoClock.system());
    }

    /**
     * A transport that has opened nothing yet.
     *
     * @param endpoint the provider
     * @param budget asked for a permit before every socket; may be shared with other transports
     * @param settings how connections are kept
     * @param clock the same that the budget has
     * @throws IllegalArgumentException if the trusted certificates cannot be read
     */
    public GrpcTransport(
            GrpcEndpoint endpoint, ConnectionBudget budget, GrpcTransportSettings settings, NanoClock clock) {
        this("dns:///" + endpoint.authority(), endpoint, budget, settings, clock);
    }

    /**
     * The same with addresses from somewhere else.
     *
     * @param target as grpc-java reads it
     */
    GrpcTransport(
            String target,
            GrpcEndpoint endpoint,
            ConnectionBudget budget,
            GrpcTransportSettings settings,
            NanoClock clock) {
        this.target = target;
        this.endpoint = endpoint;
        this.budget = budget;
        this.settings = settings;
        this.clock = clock;
        this.sslContext = endpoint.tls() ? sslContext(settings) : null;
        this.loops = new EventLoops(settings.eventLoops());
        if (endpoint.token() != null && frames.isDebugEnabled()) {
            log.warn("{} is logged at debug level: the access token will be seen in the log", frames.getName());
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if the transport is closed
     */
    @Override
    public Connection connect(long connectionId, PermitWish wish, ConnectionListener listener) {
        if (closed) {
            throw new IllegalStateException("connection " + connectionId + ": the transport is closed");
        }
        EventLoop loop = loops.next();
        GrpcConnection connection =
                new GrpcConnection(connectionId, wish, listener, loop, this, endpoint, budget, settings, clock);
        connections.add(connection);
        connection.start(channel(loop, connection));
        if (closed) {
            // Closed meanwhile: it may have missed this one.
            connection.close();
        }
        return connection;
    }

    @Override
    public void close() {
        closed = true;
        List.copyOf(connections).forEach(GrpcConnection::close);
        loops.close();
    }

    /** The connection is over. */
    void forget(GrpcConnection connection) {
        connections.remove(connection);
    }

    /** Whether all threads have ended within that time. */
    boolean awaitTermination(long millis) throws InterruptedException {
        return loops.awaitTermination(millis);
    }

    private ManagedChannel channel(EventLoop loop, GrpcConnection connection) {
        NettyChannelBuilder builder = NettyChannelBuilder.forTarget(target)
                .overrideAuthority(endpoint.authority())
                .defaultLoadBalancingPolicy("pick_first")
                .disableServiceConfigLookUp()
                .disableRetry()
                .proxyDetector(address -> null)
                .idleTimeout(NO_IDLE_DAYS, TimeUnit.DAYS)
                .userAgent(settings.userAgent())
                .directExecutor()
                .decompressorRegistry(IDENTITY_ONLY)
                .maxInboundMessageSize(settings.maxMessageBytes())
                .maxInboundMetadataSize(settings.maxMetadataBytes())
                .flowControlWindow(settings.flowControlWindowBytes())
                .eventLoopGroup(loop)
                .channelFactory(() -> gatedSocket(connection));
        // Not intercept() or keepAliveTime(): see SignsOfLife for why grpc-java's own keep-alive cannot be used.
        builder.addTransportFilter(new ClientTransportFilter() {
            @Override
            public io.grpc.Attributes transportReady(io.grpc.Attributes attributes) {
                connection.http2Up();
                return attributes;
            }
        });
        if (loops.epoll() && settings.keepAliveEvery().isPositive()) {
            long userTimeoutMillis =
                    settings.keepAliveEvery().plus(settings.keepAliveTimeout()).toMillis();
            builder.withOption(EpollChannelOption.TCP_USER_TIMEOUT, Math.toIntExact(userTimeoutMillis));
        }
        if (sslContext == null) {
            builder.usePlaintext();
        } else {
            builder.sslContext(sslContext);
        }
        return builder.build();
    }

    /** What grpc-java gets when it wants a socket: one with a gate in front. */
    Channel gatedSocket(GrpcConnection connection) {
        Channel socket = loops.newSocket();
        socket.pipeline().addFirst(new ConnectGate(connection, budget, clock));
        return socket;
    }

    private static SslContext sslContext(GrpcTransportSettings settings) {
        try {
            SslContextBuilder builder = GrpcSslContexts.forClient();
            if (settings.trustedCertificates() != null) {
                builder.trustManager(settings.trustedCertificates().toFile());
            }
            return builder.build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new IllegalArgumentException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }
}
