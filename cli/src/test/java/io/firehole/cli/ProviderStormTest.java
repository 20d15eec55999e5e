package io.firehole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.cli.config.Values;
import io.firehole.filters.profile.Rate;
import io.firehole.pool.Group;
import io.firehole.pool.GroupLimits;
import io.firehole.pool.Monitor;
import io.firehole.pool.MonitorStream;
import io.firehole.pool.Pool;
import io.firehole.pool.PoolConfig;
import io.firehole.pool.PoolRuntime;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.budget.BudgetSnapshot;
import io.firehole.pool.budget.ConnectionBudget;
import io.firehole.pool.time.ControlThread;
import io.firehole.pool.time.NanoClock;
import io.firehole.pool.transport.grpc.GrpcEndpoint;
import io.firehole.pool.transport.grpc.GrpcTransport;
import io.firehole.simulator.Simulator;
import io.firehole.simulator.SimulatorConfig;
import io.firehole.simulator.control.Report;
import io.firehole.simulator.faults.Fault;
import io.firehole.simulator.faults.FaultKind;
import io.firehole.simulator.rules.ProviderRules;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A provider that misbehaves for minutes, before twenty connections that all want to come back. It counts every TCP accept by
 * its own clock.
 *
 * <p>A channel of grpc-java alone makes an attempt in each of the first two storms as often as it can: thousands a minute.
 */
class ProviderStormTest {

    private static final Logger log = LoggerFactory.getLogger(ProviderStormTest.class);

    private static final boolean CI = "true".equals(System.getenv("CI"));
    private static final Duration STORM =
            Duration.ofSeconds(Integer.getInteger("firehole.storm-seconds", CI ? 180 : 20));
    private static final Rate LIMIT = CI ? new Rate(60, Duration.ofSeconds(60)) : new Rate(30, Duration.ofSeconds(20));
    private static final int CONNECTIONS = 20;

    /** What a provider that is down may see: one attempt after 1, 2, 4, 5, 5 ... s. */
    private static final long ATTEMPTS_A_MINUTE = 15;

    private static final Duration GOAWAY_EVERY = Duration.ofSeconds(2);
    private static final Duration LOOK_EVERY = Duration.ofMillis(20);
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** What one storm came to. */
    private record Course(
            FaultKind kind,
            Report report,
            BudgetSnapshot budget,
            long attempts,
            Duration firstBack,
            Duration allBack) {}

    @Test
    void noStormTakesMoreConnectionsThanTheLimitAndAllComeBack() throws Exception {
        List<Course> courses = new ArrayList<>();
        try (ExecutorService storms = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Course>> running = new ArrayList<>();
            for (FaultKind kind : List.of(FaultKind.REFUSE, FaultKind.REFUSE_HTTP2, FaultKind.GOAWAY)) {
                running.add(storms.submit(() -> storm(kind)));
            }
            for (Future<Course> each : running) {
                Course course = each.get();
                courses.add(course);
                log.info(
                        "Storm of {} for {} s: {} attempts, worst window {} of {}; first monitor back after {} ms, all {} after {} ms",
                        course.kind().text(),
                        STORM.toSeconds(),
                        course.attempts(),
                        course.report().worstWindow().count(),
                        LIMIT.max(),
                        course.firstBack().toMillis(),
                        CONNECTIONS,
                        course.allBack().toMillis());
            }
        }
        assertThat(courses).allSatisfy(course -> {
            assertThat(course.report().worstWindow().count())
                    .as("most connections in any %s under %s", LIMIT.per(), course.kind())
                    .isLessThanOrEqualTo(LIMIT.max());
            assertThat((long) course.report().connects().size())
                    .as("attempts seen are permits used under %s", course.kind())
                    .isEqualTo(course.budget().granted() - course.budget().unused());
        });
        assertThat(courses)
                .filteredOn(course -> course.kind() != FaultKind.GOAWAY)
                .allSatisfy(course -> assertThat(course.attempts())
                        .as("attempts while the provider was down by %s", course.kind())
                        .isBetween(1L, ATTEMPTS_A_MINUTE * Math.max(1, STORM.toMinutes())));
    }

    private static Course storm(FaultKind kind) throws Exception {
        try (Simulator provider = Simulator.start(SimulatorConfig.builder()
                        .onFreePorts()
                        .rules(ProviderRules.open().withConnects(LIMIT))
                        .build());
                ControlThread budgetThread = ControlThread.start("budget-" + kind.text())) {
            ConnectionBudget budget = new ConnectionBudget(
                    List.of(new BudgetRule(LIMIT.max(), LIMIT.per())), NanoClock.system(), budgetThread);
            GrpcEndpoint endpoint = GrpcEndpoint.parse("http://" + Values.show(provider.address()));
            long attempts;
            Duration firstBack;
            Duration allBack;
            try (GrpcTransport transport = new GrpcTransport(endpoint, budget);
                    Pool pool = Pool.start(eachOnItsOwn(), transport, PoolRuntime.system())) {
                List<MonitorStream> monitors = monitors(pool);
                backSince(new long[CONNECTIONS], monitors, CONNECTIONS);

                long before = provider.report().connects().size();
                if (kind == FaultKind.GOAWAY) {
                    provider.faults().inject(Fault.of(kind).every(GOAWAY_EVERY).lasting(STORM));
                } else {
                    provider.faults().inject(Fault.of(kind).lasting(STORM.multipliedBy(2)));
                    provider.faults().inject(Fault.of(FaultKind.RESET));
                }
                TimeUnit.NANOSECONDS.sleep(STORM.toNanos());
                attempts = provider.report().connects().size() - before;

                provider.faults().inject(Fault.of(FaultKind.CLEAR));
                long[] heard =
                        monitors.stream().mapToLong(MonitorStream::updates).toArray();
                long healedNanos = System.nanoTime();
                firstBack = Duration.ofNanos(backSince(heard, monitors, 1) - healedNanos);
                allBack = Duration.ofNanos(backSince(heard, monitors, CONNECTIONS) - healedNanos);
            }
            awaitNothingUnderWay(budget);
            return new Course(kind, provider.report(), budget.snapshot(), attempts, firstBack, allBack);
        }
    }

    /** A permit may have been on its way to a connection that was closed: whether it was used is known a moment later. */
    private static void awaitNothingUnderWay(ConnectionBudget budget) throws InterruptedException {
        long endNanos = System.nanoTime() + PATIENCE.toNanos();
        while (budget.snapshot().inFlight() + budget.snapshot().queuedInAll() > 0) {
            assertThat(System.nanoTime() - endNanos)
                    .as("connects are under way after everything was closed")
                    .isNegative();
            TimeUnit.NANOSECONDS.sleep(LOOK_EVERY.toNanos());
        }
    }

    private static PoolConfig eachOnItsOwn() {
        return PoolConfig.DEFAULT.withMaxConnections(CONNECTIONS).withGroup(Group.HIGH, new GroupLimits(1, 1));
    }

    private static List<MonitorStream> monitors(Pool pool) throws Exception {
        SubscribeRequest slots = SubscribeRequest.newBuilder()
                .putSlots("all", SubscribeRequestFilterSlots.getDefaultInstance())
                .build();
        List<MonitorStream> monitors = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            MonitorStream stream = pool.subscribe(new Monitor("monitor-" + i, Group.HIGH), () -> {});
            stream.request(slots);
            monitors.add(stream);
        }
        return monitors;
    }

    /** Waits until so many monitors have got something more, and says when that was. */
    private static long backSince(long[] heard, List<MonitorStream> monitors, int many) throws InterruptedException {
        long endNanos = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            int back = 0;
            for (int i = 0; i < monitors.size(); i++) {
                back += monitors.get(i).updates() > heard[i] ? 1 : 0;
            }
            long now = System.nanoTime();
            if (back >= many) {
                return now;
            }
            assertThat(now - endNanos)
                    .as("%s of %s monitors are back", back, many)
                    .isNegative();
            TimeUnit.NANOSECONDS.sleep(LOOK_EVERY.toNanos());
        }
    }
}
