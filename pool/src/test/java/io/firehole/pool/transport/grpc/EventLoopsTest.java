package io.firehole.pool.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.channel.Channel;
import io.netty.channel.epoll.Epoll;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class EventLoopsTest {

    @ParameterizedTest(name = "epoll: {0}")
    @ValueSource(booleans = {true, false})
    void socketsConnectWithEpollAndWithout(boolean epoll) throws Exception {
        assumeThat(!epoll || Epoll.isAvailable()).as("epoll is there").isTrue();
        try (EventLoops loops = new EventLoops(1, epoll);
                ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Channel socket = loops.newSocket();
            assertThat(loops.next().register(socket).await(10, TimeUnit.SECONDS))
                    .isTrue();
            assertThat(socket.connect(server.getLocalSocketAddress()).await(10, TimeUnit.SECONDS))
                    .isTrue();
            try (Socket accepted = server.accept()) {
                assertThat(accepted.isConnected()).isTrue();
            }
        }
    }

    @Test
    void threadsAreNamedAndEnd() throws Exception {
        EventLoops loops = new EventLoops(2);
        String name =
                loops.next().submit(() -> Thread.currentThread().getName()).get(10, TimeUnit.SECONDS);
        assertThat(name).matches("firehole-upstream-[12]");
        loops.close();
        assertThat(loops.awaitTermination(10_000)).isTrue();
    }
}
