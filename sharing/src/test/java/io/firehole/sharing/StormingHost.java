package io.firehole.sharing;

import io.firehole.pool.budget.BudgetRuntime;
import io.firehole.pool.budget.BudgetSettings;
import io.firehole.pool.budget.ConnectionBudget;
import io.firehole.pool.budget.Permit;
import io.firehole.pool.budget.PermitAnswer;
import io.firehole.pool.budget.PermitClass;
import io.firehole.pool.budget.PermitWish;
import io.firehole.pool.budget.PrivateShare;
import io.firehole.pool.budget.ledger.BootClock;
import io.firehole.pool.budget.ledger.FileLedger;
import io.firehole.pool.budget.ledger.LedgerName;
import io.firehole.pool.budget.ledger.Retention;
import io.firehole.pool.time.NanoClock;
import io.firehole.pool.time.Timers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A process that connects as often as it gets permits, as one of several hosts. Ends when its input does, or when killed. */
final class StormingHost {

    private final int provider;
    private final int number;
    private final ConnectionBudget budget;
    private final Timers timers;

    private StormingHost(int provider, int number, ConnectionBudget budget, Timers timers) {
        this.provider = provider;
        this.number = number;
        this.budget = budget;
        this.timers = timers;
    }

    /** Takes the ports of the provider and of the database, the state directory, and the number of the host. */
    public static void main(String[] args) throws IOException, InterruptedException {
        BootClock clock = BootClock.system();
        Retention retention = new Retention(
                SharedStormTest.RULE.per().plus(ConnectionBudget.MARGIN),
                ConnectionBudget.ATTEMPT_DEADLINE.plus(ConnectionBudget.TRAVEL));
        LedgerName name = LedgerName.of("my.provider", 443, "token", "secret");
        LedgerName own = LedgerName.of("my.provider", 443, "token-share", "secret");
        PostgresLedger shared = PostgresLedger.open(Postgres.access(Integer.parseInt(args[1])), name, retention, clock);
        FileLedger set = FileLedger.open(Path.of(args[2]), own, retention, clock, InstantSource.system());
        Timers timers = Timers.on(Executors.newSingleThreadScheduledExecutor());
        BudgetSettings settings = BudgetSettings.of(SharedStormTest.ALLOWANCE.shared(List.of(SharedStormTest.RULE)))
                .withLedgers(Map.of("token", shared))
                .withShares(Map.of("token", new PrivateShare(set, SharedStormTest.ALLOWANCE.share())));
        ConnectionBudget budget = new ConnectionBudget(
                settings, BudgetRuntime.of(NanoClock.system(), timers).withSleepClock(clock));
        StormingHost host = new StormingHost(Integer.parseInt(args[0]), Integer.parseInt(args[3]), budget, timers);
        for (int subject = 0; subject < SharedStormTest.SUBJECTS; subject++) {
            host.ask(subject);
        }
        while (System.in.read() >= 0) {
            // until the test lets go
        }
        System.exit(0);
    }

    private void ask(int subject) {
        budget.request(PermitWish.connect(PermitClass.RECONNECT_HIGH, subject), answer -> {
            switch (answer) {
                case PermitAnswer.Granted(Permit permit) ->
                    Thread.startVirtualThread(() -> {
                        attempt(permit);
                        ask(subject);
                    });
                case PermitAnswer.Refused refused -> timers.after(TimeUnit.SECONDS.toNanos(1), () -> ask(subject));
            }
        });
    }

    private void attempt(Permit permit) {
        if (!permit.fresh()) {
            permit.unused();
            return;
        }
        try (Socket socket = new Socket()) {
            int deadline = (int) ConnectionBudget.ATTEMPT_DEADLINE.toMillis();
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), provider), deadline);
            permit.attempted();
            socket.setSoTimeout(deadline);
            socket.getOutputStream().write(number);
            if (socket.getInputStream().read() >= 0) {
                permit.settle();
            } else {
                permit.abandoned();
            }
        } catch (IOException e) {
            permit.abandoned();
        }
    }
}
