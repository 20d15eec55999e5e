package io.firehole.pool.transport.grpc;

import io.firehole.pool.budget.ConnectionBudget;
import io.firehole.pool.budget.Permit;
import io.firehole.pool.budget.PermitAnswer;
import io.firehole.pool.budget.PermitRequest;
import io.firehole.pool.budget.ledger.AttemptKind;
import io.firehole.pool.time.NanoClock;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Holds one {@code Subscribe} call back until the budget grants it, if a rule counts such calls; and tells the budget its
 * outcome. Event loop.
 *
 * <p>A call that the provider has not answered at its deadline is not given up, since it may be counted as long as it is
 * open: the budget goes on to reckon with it.
 */
final class SubscribePermit {

    private final GrpcConnection connection;
    private final ConnectionBudget budget;
    private final NanoClock clock;
    private @Nullable PermitRequest waiting;
    private @Nullable Permit permit;
    private @Nullable Future<?> deadline;
    private boolean over;

    SubscribePermit(GrpcConnection connection, ConnectionBudget budget, NanoClock clock) {
        this.connection = connection;
        this.budget = budget;
        this.clock = clock;
    }

    /**
     * Waits for leave, if leave is needed.
     *
     * @param call makes the call
     * @param refused hears why there will be no leave
     */
    void await(Runnable call, Consumer<String> refused) {
        if (!budget.counts(AttemptKind.SUBSCRIBE)) {
            call.run();
            return;
        }
        waiting = budget.request(
                connection.wish().to(AttemptKind.SUBSCRIBE),
                answer -> connection.onLoop(() -> answered(answer, call, refused)));
    }

    private void answered(PermitAnswer answer, Runnable call, Consumer<String> refused) {
        waiting = null;
        switch (answer) {
            case PermitAnswer.Refused(String reason) -> {
                if (!over) {
                    refused.accept(reason);
                }
            }
            case PermitAnswer.Granted(Permit granted) -> {
                if (over) {
                    granted.unused();
                } else if (granted.fresh()) {
                    permit = granted;
                    call.run();
                    granted.attempted();
                    watch(granted);
                } else {
                    granted.unused();
                    await(call, refused);
                }
            }
        }
    }

    private void watch(Permit open) {
        deadline = connection
                .loop()
                .schedule(
                        () -> {
                            if (permit == open) {
                                open.stillOpen();
                                watch(open);
                            }
                        },
                        open.deadlineNanos() - clock.nanos(),
                        TimeUnit.NANOSECONDS);
    }

    /** Headers or an update have come: the provider has counted. */
    void counted() {
        Permit open = permit;
        if (open != null) {
            permit = null;
            open.settle();
            stopWatching();
        }
    }

    /** The call has ended, or is not wanted any more. */
    void over() {
        over = true;
        if (waiting != null) {
            waiting.cancel();
            waiting = null;
        }
        Permit open = permit;
        if (open != null) {
            permit = null;
            open.abandoned();
            stopWatching();
        }
    }

    private void stopWatching() {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }
}
