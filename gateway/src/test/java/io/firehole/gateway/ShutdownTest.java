package io.firehole.gateway;

import static io.firehole.gateway.FakeUpstream.PATIENCE_SECONDS;
import static io.firehole.gateway.OpenGateway.SUBSCRIBE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.firehole.gateway.FakeUpstream.FakeFeed;
import io.firehole.gateway.RawClient.Seen;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The end of a gateway. */
@Timeout(2 * PATIENCE_SECONDS)
class ShutdownTest {

    @Test
    void tellsEveryStreamAndFreesItsPort() throws Exception {
        OpenGateway open = new OpenGateway();
        List<StockClient.Stream> streams = new ArrayList<>();
        List<FakeFeed> feeds = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            StockClient.Stream stream = open.stockClient().subscribe();
            assertThat(stream.next().hasPing()).isTrue();
            streams.add(stream);
            feeds.add(open.upstream.nextFeed());
        }

        open.gateway.close();

        for (StockClient.Stream stream : streams) {
            assertThat(stream.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(stream.status().getDescription()).isEqualTo("server is shutting down try again later");
        }
        assertThat(feeds).allMatch(FakeFeed::isClosed);
        assertThatCode(() -> Gateway.start(OpenGateway.CONFIG.withListen(open.gateway.address()), new FakeUpstream())
                        .stop())
                .doesNotThrowAnyException();
        open.gateway.close();
        open.close();
    }

    @Test
    void doesNotWaitForeverForAClientThatDoesNotRead() throws Exception {
        OpenGateway open = new OpenGateway();
        RawClient.Call stalled = open.rawClient().call(SUBSCRIBE);
        FakeFeed feed = open.upstream.nextFeed();
        feed.put(Updates.delivery(Updates.account("m", 1, 10_000_000)));
        feed.wake();
        stalled.headers();
        assertThat(stalled.next()).isInstanceOf(Seen.Data.class);

        open.gateway.close();

        feed.awaitClosed();
        assertThat(open.gateway.stats().streams().open()).isZero();
        open.close();
    }
}
