package io.firehole.pool.transport.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.budget.ConnectionBudget;
import io.firehole.pool.budget.PermitClass;
import io.firehole.pool.budget.PermitWish;
import io.firehole.pool.budget.ProviderRefusal;
import io.firehole.pool.time.ControlThread;
import io.firehole.pool.time.NanoClock;
import io.firehole.pool.transport.Connection;
import io.firehole.pool.transport.Connection.UnaryReply;
import io.firehole.pool.transport.UpstreamStream;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeRequest;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Over real loopback, against grpc-java's own server. */
@Timeout(60)
class GrpcTransportTest {

    private static final PermitWish FIRST = PermitWish.connect(PermitClass.FIRST_CONNECT, 1);

    /** Of another asker: a later wish of the same one takes the place of an earlier one that still waits. */
    private static final PermitWish SECOND = PermitWish.connect(PermitClass.FIRST_CONNECT, 2);

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final ControlThread budgetThread = opened(ControlThread.start("test-budget"));
    private final ConnectionBudget budget =
            new ConnectionBudget(List.of(BudgetRule.DEFAULT), NanoClock.system(), budgetThread);
    private final GeyserServer server = opened(GeyserServer.start());
    private final Heard heard = new Heard();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
    }

    private <T extends AutoCloseable> T opened(T each) {
        opened.add(each);
        return each;
    }

    private GrpcTransport transport(GrpcEndpoint endpoint) {
        return opened(new GrpcTransport(endpoint, budget));
    }

    private static SubscribeRequest ping(int id) {
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder();
        request.getPingBuilder().setId(id);
        return request.build();
    }

    @Test
    void bytesArriveExactlyAndInOrder() throws Exception {
        Connection connection = transport(server.endpoint()).connect(1, FIRST, heard);
        connection.subscribe(heard.stream());
        GeyserServer.Call call = server.call();
        Random random = new Random(7);
        List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            // No valid update at all, so nobody can have decoded and encoded it.
            byte[] message = new byte[random.nextInt(3_000)];
            random.nextBytes(message);
            sent.add(message);
            call.send(message);
        }

        heard.next(Heard.Event.Ready.class);
        for (byte[] message : sent) {
            assertThat(heard.update()).isEqualTo(message);
        }
    }

    @Test
    void aBlockOfTensOfMegabytesPasses() throws Exception {
        Connection connection = transport(server.endpoint()).connect(1, FIRST, heard);
        connection.subscribe(heard.stream());
        byte[] block = new byte[40 << 20];
        new Random(8).nextBytes(block);
        server.call().send(block);

        heard.next(Heard.Event.Ready.class);
        assertThat(heard.update()).isEqualTo(block);
    }

    @Test
    void requestsGoOutInOrderAlsoThoseMadeBeforeTheConnectionWasOpen() throws Exception {
        Connection connection = transport(server.endpoint()).connect(1, FIRST, heard);
        UpstreamStream stream = connection.subscribe(heard.stream());
        for (int i = 1; i <= 20; i++) {
            stream.send(ping(i));
        }
        GeyserServer.Call call = server.call();
        heard.next(Heard.Event.Ready.class);
        for (int i = 21; i <= 100; i++) {
            stream.send(ping(i));
        }

        for (int i = 1; i <= 100; i++) {
            assertThat(call.request().getPing().getId()).isEqualTo(i);
        }
    }

    @Test
    void theTokenTravelsInTheHeaderOfTheProvidersChoice() throws Exception {
        GrpcEndpoint endpoint = server.endpoint().withToken(AccessToken.of("secret-1"));
        transport(endpoint).connect(1, FIRST, new Heard()).subscribe(heard.stream());
        transport(endpoint.withTokenKey("x-api-key"))
                .connect(2, SECOND, new Heard())
                .subscribe(heard.stream());

        List<GeyserServer.Call> calls = List.of(server.call(), server.call());
        assertThat(calls).extracting(call -> call.header("x-token")).containsExactlyInAnyOrder("secret-1", "null");
        assertThat(calls).extracting(call -> call.header("x-api-key")).containsExactlyInAnyOrder("secret-1", "null");
    }

    @Test
    void saysWhoItIsAndAsksForNoCompression() throws Exception {
        transport(server.endpoint()).connect(1, FIRST, heard).subscribe(heard.stream());

        GeyserServer.Call call = server.call();
        assertThat(call.header("user-agent")).startsWith("firehole/");
        assertThat(call.header("grpc-accept-encoding")).isEqualTo("null");
    }

    @Test
    void statusesArePassedOnWithCodeAndText() throws Exception {
        Connection connection = transport(server.endpoint()).connect(1, FIRST, heard);
        connection.subscribe(heard.stream());
        GeyserServer.Call call = server.call();
        call.begin();
        call.end(Status.INVALID_ARGUMENT.withDescription("failed to create filter: größer, 100% & more"));

        heard.next(Heard.Event.Ready.class);
        assertThat(heard.closedStream())
                .isEqualTo(GrpcStatus.Code.INVALID_ARGUMENT.with("failed to create filter: größer, 100% & more"));
    }

    @Test
    void exhaustionAtTheStartOfAStreamIsToldToTheBudget() throws Exception {
        Connection connection = transport(server.endpoint()).connect(1, FIRST, heard);
        connection.subscribe(heard.stream());
        heard.next(Heard.Event.Ready.class);
        server.call().end(Status.RESOURCE_EXHAUSTED.withDescription("max subscription limit exceeded"));

        assertThat(heard.closedStream())
                .isEqualTo(GrpcStatus.Code.RESOURCE_EXHAUSTED.with("max subscription limit exceeded"));
        assertThat(budget.snapshot().refusals()).containsEntry(ProviderRefusal.RESOURCE_EXHAUSTED, 1L);
    }

    @Test
    void aUnaryCallIsAnsweredInBytes() throws Exception {
        Connection connection = transport(server.endpoint()).connect(1, FIRST, heard);
        CompletableFuture<UnaryReply> reply =
                connection.unary("geyser.Geyser/GetSlot", ByteString.copyFromUtf8("question"), Duration.ofSeconds(10));
        GeyserServer.Call call = server.call();
        assertThat(call.requestBytes()).isEqualTo("question".getBytes(UTF_8));
        call.send("answer".getBytes(UTF_8));
        call.end(Status.OK);

        assertThat(reply.get(10, TimeUnit.SECONDS))
                .isEqualTo(new UnaryReply.Answered(ByteString.copyFromUtf8("answer")));
    }

    @Test
    void aUnaryCallFailsAsTheProviderSays() throws Exception {
        Connection connection = transport(server.endpoint()).connect(1, FIRST, heard);
        CompletableFuture<UnaryReply> reply =
                connection.unary("geyser.Geyser/NoSuchMethod", ByteString.EMPTY, Duration.ofSeconds(10));

        assertThat(reply.get(10, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        UnaryReply.Failed.class,
                        failed -> assertThat(failed.status().code()).isEqualTo(GrpcStatus.Code.UNIMPLEMENTED));
    }

    @Test
    void aUnaryCallEndsWhenItsTimeIsUp() throws Exception {
        Connection connection = transport(server.endpoint()).connect(1, FIRST, heard);
        CompletableFuture<UnaryReply> reply =
                connection.unary("geyser.Geyser/GetSlot", ByteString.EMPTY, Duration.ofMillis(50));

        assertThat(reply.get(10, TimeUnit.SECONDS)).isInstanceOfSatisfying(UnaryReply.Failed.class, failed -> {
            assertThat(failed.status().code()).isEqualTo(GrpcStatus.Code.DEADLINE_EXCEEDED);
            assertThat(failed.status().message()).contains("geyser.Geyser/GetSlot", "50 ms");
        });
    }

    @Test
    void cancellingAStreamEndsItAtBothSides() throws Exception {
        Connection connection = transport(server.endpoint()).connect(1, FIRST, heard);
        UpstreamStream stream = connection.subscribe(heard.stream());
        GeyserServer.Call call = server.call();
        heard.next(Heard.Event.Ready.class);
        stream.cancel();
        stream.cancel();

        assertThat(heard.closedStream().code()).isEqualTo(GrpcStatus.Code.CANCELLED);
        assertThat(call.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
        connection.close();
        assertThat(heard.closedConnection()).isEqualTo(GrpcStatus.OK);
    }

    @Test
    void closingEndsTheCallsFirst() throws Exception {
        Connection connection = transport(server.endpoint()).connect(1, FIRST, heard);
        connection.subscribe(heard.stream());
        connection.subscribe(heard.stream());
        heard.next(Heard.Event.Ready.class);
        connection.close();
        connection.close();

        assertThat(heard.closedStream().code()).isEqualTo(GrpcStatus.Code.CANCELLED);
        assertThat(heard.closedStream().code()).isEqualTo(GrpcStatus.Code.CANCELLED);
        assertThat(heard.closedConnection()).isEqualTo(GrpcStatus.OK);
    }

    @Test
    void aCallOnAClosedConnectionFailsAtOnce() throws Exception {
        Connection connection = transport(server.endpoint()).connect(1, FIRST, heard);
        heard.next(Heard.Event.Ready.class);
        connection.close();
        heard.closedConnection();
        connection.subscribe(heard.stream());

        assertThat(heard.closedStream()).isEqualTo(GrpcStatus.Code.UNAVAILABLE.with("the connection is closed"));
    }

    @Test
    void everythingIsToldOnTheConnectionsOwnEventLoop() throws Exception {
        GrpcTransport transport = opened(new GrpcTransport(
                server.endpoint(), budget, GrpcTransportSettings.DEFAULT.withEventLoops(3), NanoClock.system()));
        List<Heard> ears = new ArrayList<>();
        for (int id = 1; id <= 3; id++) {
            Heard ear = new Heard();
            ears.add(ear);
            Connection connection = transport.connect(id, FIRST, ear);
            List<UpstreamStream> streams = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                streams.add(connection.subscribe(ear.stream()));
            }
            ear.next(Heard.Event.Ready.class);
            for (int i = 0; i < 4; i++) {
                GeyserServer.Call call = server.call();
                call.send("update".getBytes(UTF_8));
                if (i == 0) {
                    call.end(Status.ABORTED);
                }
            }
            // From many threads at once, as a pool might.
            List<Thread> threads = new ArrayList<>();
            for (UpstreamStream stream : streams) {
                threads.add(Thread.startVirtualThread(() -> stream.send(ping(1))));
                threads.add(Thread.startVirtualThread(stream::cancel));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            connection.close();
            while (!(ear.next() instanceof Heard.Event.Closed)) {
                // all of them
            }
        }

        assertThat(ears)
                .allSatisfy(ear ->
                        assertThat(ear.threads()).singleElement().asString().matches("firehole-upstream-[123]"));
        assertThat(ears).flatExtracting(Heard::threads).doesNotHaveDuplicates();
    }

    @Test
    void closingTheTransportClosesConnectionsAndEndsItsThreads() throws Exception {
        GrpcTransport transport = transport(server.endpoint());
        Connection connection = transport.connect(1, FIRST, heard);
        connection.subscribe(heard.stream());
        heard.next(Heard.Event.Ready.class);
        GeyserServer.Call call = server.call();
        transport.close();

        heard.closedStream();
        assertThat(heard.closedConnection()).isEqualTo(GrpcStatus.OK);
        assertThat(call.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(transport.awaitTermination(10_000)).isTrue();
    }
}
