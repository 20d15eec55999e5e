package io.firehole.gateway;

import com.linecorp.armeria.common.Flags;
import com.linecorp.armeria.common.util.ThreadFactories;
import com.linecorp.armeria.server.ServerBuilder;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * The thread that accepts connections. Told to end it does so at once.
 *
 * <p>Armeria tells it when its port and all connections are closed, and Netty would wait for another two seconds for something
 * to do. What {@code EventLoopGroups.builder} offers against that does not reach the group: the server asks the event loop for
 * its parent, and that is not the wrapped one (Armeria 1.36).
 */
final class Doorman extends MultiThreadIoEventLoopGroup {

    private Doorman(String name, IoHandlerFactory events) {
        super(1, ThreadFactories.newThreadFactory(name, false), events);
    }

    /** Has one accept the connections of a server. On transports that are not known here it stays as it is. */
    static void serve(ServerBuilder builder) {
        switch (Flags.transportType()) {
            case EPOLL -> builder.bossGroupFactory(name -> new Doorman(name, EpollIoHandler.newFactory()));
            case NIO -> builder.bossGroupFactory(name -> new Doorman(name, NioIoHandler.newFactory()));
            default -> {}
        }
    }

    @Override
    public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
        return super.shutdownGracefully(0, timeout, unit);
    }
}
