package io.firehole.pool.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.budget.ConnectionBudget;
import io.firehole.pool.budget.PermitClass;
import io.firehole.pool.budget.PermitWish;
import io.firehole.pool.time.ControlThread;
import io.firehole.pool.time.NanoClock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** What a log shows of the access token. */
@Timeout(60)
class TokenInLogsTest {

    private final Logger ours = logger("io.firehole");
    private final Logger frames = logger("io.grpc.netty.NettyClientHandler");
    private final ListAppender<ILoggingEvent> written = new ListAppender<>();
    private final ControlThread budgetThread = ControlThread.start("test-budget");
    private final ConnectionBudget budget =
            new ConnectionBudget(List.of(BudgetRule.DEFAULT), NanoClock.system(), budgetThread);
    private final Heard heard = new Heard();

    private static Logger logger(String name) {
        return (Logger) LoggerFactory.getLogger(name);
    }

    @BeforeEach
    void listen() {
        written.start();
        ours.addAppender(written);
        ours.setLevel(Level.TRACE);
    }

    @AfterEach
    void stop() {
        ours.detachAppender(written);
        ours.setLevel(null);
        frames.setLevel(null);
        frames.setAdditive(true);
        budgetThread.close();
    }

    @Test
    void nothingOfOursShowsIt() throws Exception {
        try (GeyserServer server = GeyserServer.start()) {
            GrpcTransport transport = new GrpcTransport(server.endpoint().withToken(AccessToken.of("s3cr3t")), budget);
            transport
                    .connect(1, PermitWish.connect(PermitClass.FIRST_CONNECT, 1), heard)
                    .subscribe(heard.stream());
            heard.next(Heard.Event.Ready.class);
            assertThat(server.call().header("x-token")).isEqualTo("s3cr3t");
            transport.close();
            assertThat(transport.awaitTermination(10_000)).isTrue();
        }
        assertThat(written.list)
                .isNotEmpty()
                .allSatisfy(event -> assertThat(event.getFormattedMessage()).doesNotContain("s3cr3t"));
    }

    @Test
    void whoLetsGrpcLogItsFramesIsWarned() {
        frames.setLevel(Level.DEBUG);
        new GrpcTransport(GrpcEndpoint.parse("my.provider").withToken(AccessToken.of("s3cr3t")), budget).close();

        assertThat(written.list).singleElement().satisfies(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.WARN);
            assertThat(event.getFormattedMessage())
                    .contains("NettyClientHandler", "access token")
                    .doesNotContain("s3cr3t");
        });
    }
}
