package io.firehole.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;

/** A gateway on a free port of loopback, fed by hand, and the clients that a test opens to it. */
final class OpenGateway implements AutoCloseable {

    static final String SUBSCRIBE = "/geyser.Geyser/Subscribe";

    /** Every default, on a free port. */
    static final GatewayConfig CONFIG =
            GatewayConfig.DEFAULT.withListen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

    /** The window that HTTP/2 begins with. */
    static final int WINDOW_BYTES = 65_535;

    final FakeUpstream upstream = new FakeUpstream();
    final Gateway gateway;
    private final Deque<Runnable> clients = new ArrayDeque<>();

    OpenGateway() throws IOException {
        this(CONFIG);
    }

    OpenGateway(GatewayConfig config) throws IOException {
        gateway = Gateway.start(config, upstream);
    }

    RawClient rawClient() {
        return rawClient(WINDOW_BYTES);
    }

    RawClient rawClient(int windowBytes) {
        RawClient client = new RawClient(gateway.address(), windowBytes);
        clients.push(client::close);
        return client;
    }

    StockClient stockClient() {
        StockClient client = new StockClient(gateway.address());
        clients.push(client::close);
        return client;
    }

    @Override
    public void close() {
        clients.forEach(Runnable::run);
        gateway.stop();
    }
}
