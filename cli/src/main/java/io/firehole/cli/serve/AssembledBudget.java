package io.firehole.cli.serve;

import io.firehole.cli.config.FireholeConfig;
import io.firehole.cli.config.SharingConfig;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.budget.BudgetRuntime;
import io.firehole.pool.budget.BudgetSettings;
import io.firehole.pool.budget.ConnectionBudget;
import io.firehole.pool.budget.PrivateShare;
import io.firehole.pool.budget.ledger.BootClock;
import io.firehole.pool.budget.ledger.FileLedger;
import io.firehole.pool.budget.ledger.Ledger;
import io.firehole.pool.time.NanoClock;
import io.firehole.pool.time.Timers;
import io.firehole.pool.transport.grpc.GrpcEndpoint;
import io.firehole.sharing.PostgresLedger;
import io.firehole.sharing.SharedAllowance;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A connection budget with its thread and its ledgers: one for each scope of its rules.
 *
 * <p>The thread is the budget's own, since ledgers wait for disks.
 */
final class AssembledBudget implements AutoCloseable {

    /** A turn that is under way when everything ends may take so long; what it would have granted nobody uses. */
    private static final Duration LAST_TURN = Duration.ofSeconds(2);

    private final ConnectionBudget budget;
    private final ScheduledExecutorService thread;
    private final List<Ledger> ledgers;

    private AssembledBudget(ConnectionBudget budget, ScheduledExecutorService thread, List<Ledger> ledgers) {
        this.budget = budget;
        this.thread = thread;
        this.ledgers = ledgers;
    }

    /**
     * The one that is configured: on disk, or shared with other hosts.
     *
     * @throws NoLedgerException if there can be no ledger on disk
     * @throws InterruptedException if interrupted while waiting for the database
     */
    static AssembledBudget of(FireholeConfig config) throws NoLedgerException, InterruptedException {
        return config.sharing().isPresent()
                ? shared(
                        config.budget(),
                        config.upstream(),
                        config.state(),
                        config.sharing().get())
                : onDisk(config.budget(), config.upstream(), config.state());
    }

    /** One that this process alone remembers, for a provider that lives no longer. */
    static AssembledBudget inMemory(List<BudgetRule> rules) {
        return of(BudgetSettings.of(rules), NanoClock.system());
    }

    /**
     * One that outlives this process.
     *
     * @param state the directory of the ledgers
     * @throws NoLedgerException if there can be no ledger
     */
    static AssembledBudget onDisk(List<BudgetRule> rules, GrpcEndpoint upstream, Path state) throws NoLedgerException {
        BootClock clock = BootClock.system();
        return of(BudgetSettings.of(rules).withLedgers(files(rules, upstream, state, clock)), clock);
    }

    /**
     * One shared with other hosts, each of which has a part on disk for the time in which the database is away.
     *
     * @param rules of all hosts together
     * @param state the directory of the ledgers
     * @throws NoLedgerException if there can be no ledger on disk. A database that cannot be reached is away until it can
     * @throws InterruptedException if interrupted while waiting for the database
     */
    static AssembledBudget shared(List<BudgetRule> rules, GrpcEndpoint upstream, Path state, SharingConfig sharing)
            throws NoLedgerException, InterruptedException {
        BootClock clock = BootClock.system();
        SharedAllowance allowance = sharing.allowance();
        Map<String, PrivateShare> shares = new HashMap<>();
        if (allowance.share() > 0) {
            files(rules, upstream, state, clock)
                    .forEach((scope, file) -> shares.put(scope, new PrivateShare(file, allowance.share())));
        }
        Map<String, Ledger> ledgers = new HashMap<>();
        for (String scope : scopes(rules)) {
            ledgers.put(
                    scope,
                    PostgresLedger.open(
                            sharing.database(),
                            upstream.allowance(scope),
                            BudgetSettings.retention(rules, scope),
                            clock));
        }
        return of(
                BudgetSettings.of(allowance.shared(rules)).withLedgers(ledgers).withShares(shares), clock);
    }

    private static Map<String, Ledger> files(List<BudgetRule> rules, GrpcEndpoint upstream, Path state, BootClock clock)
            throws NoLedgerException {
        Map<String, Ledger> files = new HashMap<>();
        try {
            for (String scope : scopes(rules)) {
                files.put(
                        scope,
                        FileLedger.open(
                                state,
                                upstream.allowance(scope),
                                BudgetSettings.retention(rules, scope),
                                clock,
                                InstantSource.system()));
            }
            return files;
        } catch (IOException noLedger) {
            files.values().forEach(Ledger::close);
            throw new NoLedgerException(noLedger);
        }
    }

    private static AssembledBudget of(BudgetSettings settings, NanoClock sleepClock) {
        ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("firehole-budget").factory());
        ConnectionBudget budget = new ConnectionBudget(
                settings,
                BudgetRuntime.of(NanoClock.system(), Timers.on(thread)).withSleepClock(sleepClock));
        List<Ledger> ledgers = new ArrayList<>(settings.ledgers().values());
        settings.shares().values().forEach(share -> ledgers.add(share.ledger()));
        return new AssembledBudget(budget, thread, ledgers);
    }

    private static Iterable<String> scopes(List<BudgetRule> rules) {
        return rules.stream().map(BudgetRule::scope).collect(Collectors.toCollection(TreeSet::new));
    }

    ConnectionBudget budget() {
        return budget;
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(LAST_TURN.toMillis(), TimeUnit.MILLISECONDS)) {
                return; // the ledgers are in use; the process ends soon, and with it their locks
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        ledgers.forEach(Ledger::close);
    }
}
