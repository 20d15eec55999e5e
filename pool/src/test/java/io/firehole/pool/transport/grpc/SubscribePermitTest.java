package io.firehole.pool.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.budget.BudgetRuntime;
import io.firehole.pool.budget.BudgetSettings;
import io.firehole.pool.budget.BudgetSnapshot;
import io.firehole.pool.budget.ConnectionBudget;
import io.firehole.pool.budget.PermitClass;
import io.firehole.pool.budget.PermitWish;
import io.firehole.pool.time.ControlThread;
import io.firehole.pool.time.NanoClock;
import io.firehole.pool.transport.Connection;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.GeyserGrpc;
import io.firehole.wire.proto.SubscribeRequest;
import io.grpc.CallOptions;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code Subscribe} calls under rules that count them. */
@Timeout(60)
class SubscribePermitTest {

    private static final PermitWish HIGH = PermitWish.connect(PermitClass.RECONNECT_HIGH, 1);

    private final ControlThread budgetThread = ControlThread.start("test-budget");
    private final GeyserServer server = GeyserServer.start();
    private final Heard heard = new Heard();

    @AfterEach
    void close() throws Exception {
        server.close();
        budgetThread.close();
    }

    private ConnectionBudget budget(int subscribes, Duration per) {
        BudgetRule rule = new BudgetRule(
                subscribes, per, BudgetRule.Counts.SUBSCRIBES, BudgetRule.Algorithm.INTERVAL_LOG, BudgetRule.TOKEN);
        return new ConnectionBudget(
                BudgetSettings.of(List.of(BudgetRule.DEFAULT, rule)),
                BudgetRuntime.of(NanoClock.system(), budgetThread));
    }

    private static BudgetSnapshot.RuleUse subscribes(ConnectionBudget budget) {
        return budget.snapshot().rules().getLast();
    }

    @Test
    void theThirdCallWaitsUntilTheFirstIsAWindowAgo() throws Exception {
        ConnectionBudget budget = budget(2, Duration.ofSeconds(1));
        try (GrpcTransport transport = new GrpcTransport(server.endpoint(), budget)) {
            Connection connection = transport.connect(1, HIGH, heard);
            heard.next(Heard.Event.Ready.class);
            long beganNanos = System.nanoTime();
            for (int i = 0; i < 3; i++) {
                connection.subscribe(new Heard().stream()).send(SubscribeRequest.getDefaultInstance());
            }
            for (int i = 0; i < 3; i++) {
                // The first message is the proof that the provider has counted.
                server.call().send("update".getBytes(StandardCharsets.UTF_8));
            }
            assertThat(Duration.ofNanos(System.nanoTime() - beganNanos)).isGreaterThan(Duration.ofSeconds(1));
            assertThat(subscribes(budget).used()).isBetween(1, 2);
            assertThat(budget.snapshot().rules().getFirst().used()).isEqualTo(1);
        }
    }

    @Test
    void aCallThatIsCancelledWhileItWaitsIsNeverMade() throws Exception {
        ConnectionBudget budget = budget(1, Duration.ofSeconds(60));
        try (GrpcTransport transport = new GrpcTransport(server.endpoint(), budget)) {
            Connection connection = transport.connect(1, HIGH, heard);
            heard.next(Heard.Event.Ready.class);
            connection.subscribe(new Heard().stream());
            server.call();
            var waits = connection.subscribe(heard.stream());
            waits.cancel();

            assertThat(heard.closedStream().code()).isEqualTo(GrpcStatus.Code.CANCELLED);
            assertThat(budget.snapshot().queuedInAll()).isZero();
            assertThat(subscribes(budget).used()).isEqualTo(1);
        }
    }

    @Test
    void aRefusedCallHoldsBackNewConnections() throws Exception {
        ConnectionBudget budget = budget(10, Duration.ofSeconds(60));
        try (GrpcTransport transport = new GrpcTransport(server.endpoint(), budget)) {
            Connection connection = transport.connect(1, HIGH, heard);
            heard.next(Heard.Event.Ready.class);
            connection.subscribe(heard.stream());
            server.call().end(Status.RESOURCE_EXHAUSTED.withDescription("too many streams"));

            assertThat(heard.closedStream().code()).isEqualTo(GrpcStatus.Code.RESOURCE_EXHAUSTED);
            assertThat(budget.snapshot().restraint()).isEqualTo(BudgetSnapshot.Restraining.EVERYTHING);
        }
    }

    @Test
    void aRefusedCallOnAConnectionThatServesOthersHoldsNobodyBack() throws Exception {
        ConnectionBudget budget = budget(10, Duration.ofSeconds(60));
        try (GrpcTransport transport = new GrpcTransport(server.endpoint(), budget)) {
            Connection connection = transport.connect(1, HIGH, heard);
            heard.next(Heard.Event.Ready.class);
            connection.subscribe(heard.stream());
            server.call().send("update".getBytes(StandardCharsets.UTF_8));
            heard.next(Heard.Event.Update.class);
            connection.subscribe(heard.stream());
            server.call().end(Status.RESOURCE_EXHAUSTED.withDescription("too many streams"));

            assertThat(heard.closedStream().code()).isEqualTo(GrpcStatus.Code.RESOURCE_EXHAUSTED);
            assertThat(budget.snapshot().restraint()).isEqualTo(BudgetSnapshot.Restraining.NOTHING);
            assertThat(budget.snapshot().events())
                    .singleElement()
                    .satisfies(event -> assertThat(event.text()).contains("too many streams"));
        }
    }

    @Test
    void aStubOfOnesOwnCannotPassBy() throws Exception {
        ConnectionBudget budget = budget(10, Duration.ofSeconds(60));
        try (GrpcTransport transport = new GrpcTransport(server.endpoint(), budget)) {
            Connection connection = transport.connect(1, HIGH, heard);
            heard.next(Heard.Event.Ready.class);
            CallOptions options = CallOptions.DEFAULT.withExecutor(Runnable::run);

            assertThatThrownBy(() -> connection.newCall(GeyserGrpc.getSubscribeMethod(), options))
                    .hasMessageContaining("counts such calls");
            assertThat(connection.newCall(GeyserGrpc.getPingMethod(), options)).isNotNull();
        }
    }
}
