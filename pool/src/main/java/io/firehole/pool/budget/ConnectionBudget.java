package io.firehole.pool.budget;

import io.firehole.pool.budget.BudgetSnapshot.LedgerUse;
import io.firehole.pool.budget.BudgetSnapshot.Restraining;
import io.firehole.pool.budget.LedgerRound.Grant;
import io.firehole.pool.budget.PermitQueue.Waiting;
import io.firehole.pool.budget.PermitQueue.Waiting.Place;
import io.firehole.pool.budget.ledger.AttemptKind;
import io.firehole.pool.budget.ledger.Ledger;
import io.firehole.pool.time.NanoClock;
import io.firehole.pool.time.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands out permits so that the provider never counts more attempts than its rules allow, in any window.
 *
 * <p>Each rule keeps an {@link IntervalLog}; a permit is given when every rule has room for its class. Requests wait in a
 * bounded {@link PermitQueue}. Rules of one scope rest on one {@link Ledger}, which outlives the process and may be shared
 * with others: a permit counts once the ledger has it durably, and not before is it given.
 *
 * <p>All grants are made on the timers' thread, one turn after the other. A turn asks every ledger, each within the one
 * before, decides, writes, and then answers; it may take as long as a disk or a database takes. The lock is held for a few
 * comparisons only, never during a turn's reading and writing nor during a callback, so no event loop ever waits for it.
 *
 * <p>The claim rests on this: every connect passes here; one permit is one attempt; an attempt begins within
 * {@link #FENCE} of its grant and is given up after {@link #ATTEMPT_DEADLINE}; nobody else uses the same allowance.
 *
 * <p><b>A slow disk</b> must not make every permit stale before it is given: then nobody would ever connect, and every
 * try would cost a permit. So when turns are slow, the next permit is written with a bound, and given with a fence, that
 * are later by twice the longest of the last turns. A disk that gets slower loses one permit for each doubling and goes on.
 */
public final class ConnectionBudget {

    /** An attempt that has not come through by then is given up: covers TCP, TLS and the HTTP/2 handshake. */
    public static final Duration ATTEMPT_DEADLINE = Duration.ofSeconds(10);

    /** How long packets that are on their way when an attempt is given up may still travel. */
    public static final Duration TRAVEL = Duration.ofSeconds(2);

    /**
     * Added to every window: two events a whole window apart may be counted in one, the provider's clock may run at
     * another rate (200 ppm are 12 ms in a minute), and it may count a little after it answers.
     */
    public static final Duration MARGIN = Duration.ofMillis(250);

    /** A process can be stopped between its grant and its connect: a grant older than this is not used any more. */
    public static final Duration FENCE = Duration.ofSeconds(1);

    /** Outcomes are written to a ledger with the next permit, or within this time. Losing one does no harm. */
    static final Duration WRITE_WITHIN = Duration.ofMillis(100);

    /** While somebody waits and others are under way, a ledger is looked at this often: their outcomes may make room. */
    static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    /** Turns up to this long need no later fence: they are a small part of it. */
    static final Duration QUICK_TURN = Duration.ofMillis(100);

    /** No turn takes longer, or the ledger is away. */
    static final Duration SLOW_TURN_MAX = Duration.ofSeconds(15);

    /** No interval can end later than this from now, however slow a turn was: what a ledger says beyond is its clock's fault. */
    static final Duration BOUND_AHEAD_MAX = ATTEMPT_DEADLINE.plus(TRAVEL).plus(SLOW_TURN_MAX.multipliedBy(2));

    /** Refusals are told at most this often; all are counted. */
    static final Duration REFUSALS_TOLD = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(ConnectionBudget.class);
    private static final long UNPROVEN_NANOS = ATTEMPT_DEADLINE.plus(TRAVEL).toNanos();
    private static final long TRAVEL_NANOS = TRAVEL.toNanos();
    private static final long FENCE_NANOS = FENCE.toNanos();

    private final BudgetSettings settings;
    private final NanoClock clock;
    private final NanoClock sleepClock;
    private final Timers timers;
    private final Consumer<BudgetEvent> listener;

    /** The first half of the number of every permit; tells those of this process from those of others. */
    private final long origin = UUID.randomUUID().getMostSignificantBits();

    /**
     * Guards everything below, every {@link Interval} and what a {@link Permit} remembers. Nothing is called that could
     * take another lock.
     */
    private final Object lock = new Object();

    private final List<Scope> scopes;
    private final PermitQueue queue;
    private final Restraint restraint = new Restraint();
    private final BudgetEvents events = new BudgetEvents();
    private final List<Permit> flying = new ArrayList<>();
    private final Map<ProviderRefusal, Long> refusals = new EnumMap<>(ProviderRefusal.class);
    private final long[] lastTurnsNanos = new long[8];
    private Timers.@Nullable Timer wake;
    private long turns;
    private long numbers;
    private int living;
    private long granted;
    private long waitedNanos;
    private long queueFull;
    private long stale;
    private long unused;
    private long refusalToldNanos;
    private boolean refusalTold;

    /** A budget that is remembered by this process only. */
    public ConnectionBudget(List<BudgetRule> rules, NanoClock clock, Timers timers) {
        this(BudgetSettings.of(rules), BudgetRuntime.of(clock, timers));
    }

    /**
     * A budget that starts with what its ledgers remember.
     *
     * @throws IllegalArgumentException if a private share is larger than a rule of its scope
     */
    public ConnectionBudget(BudgetSettings settings, BudgetRuntime runtime) {
        this.settings = settings;
        this.clock = runtime.clock();
        this.sleepClock = runtime.sleepClock();
        this.timers = runtime.timers();
        this.listener = runtime.listener();
        long now = clock.nanos();
        this.scopes = scopes(settings, now);
        long patienceNanos = settings.rules().stream()
                .mapToLong(IntervalLog::keptNanos)
                .max()
                .orElseThrow();
        this.queue = new PermitQueue(settings.queueMax(), patienceNanos, now);
        for (ProviderRefusal refusal : ProviderRefusal.values()) {
            refusals.put(refusal, 0L);
        }
        if (!settings.ledgers().isEmpty()) {
            // A first look, so that figures are true and trouble is told before the first connect.
            synchronized (lock) {
                wakeIn(0);
            }
        }
    }

    /** In the order of their names: that is the order in which their ledgers are locked. */
    private List<Scope> scopes(BudgetSettings of, long nowNanos) {
        Map<String, List<BudgetRule>> rules = new TreeMap<>();
        of.rules()
                .forEach(rule -> rules.computeIfAbsent(rule.scope(), unused -> new ArrayList<>())
                        .add(rule));
        List<Scope> made = new ArrayList<>();
        rules.forEach((name, ofScope) -> {
            PrivateShare share = of.shares().get(name);
            LedgerStanding standing = new LedgerStanding(name, share == null ? 0 : share.max(), events);
            Allowance common = new Allowance(of.ledgers().get(name), ofScope, standing, nowNanos);
            made.add(new Scope(name, common, share == null ? null : allowance(name, share, ofScope, nowNanos)));
        });
        return List.copyOf(made);
    }

    private Allowance allowance(String name, PrivateShare share, List<BudgetRule> rules, long nowNanos) {
        return new Allowance(
                share.ledger(),
                rules.stream().map(share::of).toList(),
                new LedgerStanding(name + " (private share)", 0, events),
                nowNanos);
    }

    /** Whether attempts of that kind need a permit at all. Any thread. */
    public boolean counts(AttemptKind kind) {
        return settings.rules().stream().anyMatch(rule -> rule.counts().has(kind));
    }

    /**
     * Asks for a permit. Any thread; returns at once.
     *
     * <p>Who asks to connect has one place in the queue: if it asks again, the earlier request is refused and the later one
     * takes its place.
     *
     * @param wish what it is wanted for
     * @param answer called once on the timers' thread, unless the request is cancelled; must not block
     */
    public PermitRequest request(PermitWish wish, Consumer<PermitAnswer> answer) {
        synchronized (lock) {
            Waiting waiting = new Waiting(wish, clock.nanos(), answer);
            switch (queue.offer(waiting)) {
                case PermitQueue.Offer.Taken(Waiting replaced) -> {
                    if (replaced != null) {
                        replaced.move(Place.ANSWERED);
                        refuse(replaced.answer(), "a later request of the same asker took its place in the queue");
                    }
                    wakeIn(0);
                    return () -> cancel(waiting);
                }
                case PermitQueue.Offer.Full full -> queueFull++;
            }
        }
        String reason = "too many connections wait for a permit already: the queue holds " + queue.max();
        Timers.Timer telling = refuse(answer, reason);
        return () -> {
            telling.cancel();
            return false;
        };
    }

    private Timers.Timer refuse(Consumer<PermitAnswer> answer, String reason) {
        return timers.after(0, () -> tell(() -> answer.accept(new PermitAnswer.Refused(reason))));
    }

    /**
     * The provider has refused. Any thread.
     *
     * <p>One that speaks of a limit holds everything back for the window of the rule it must have hit, or for as long as
     * the provider asks, then admits one attempt at a time until one works; and less is believed to be allowed than the
     * rule says. A connection that is accepted and closed while others live is taken for the same; while none lives, the
     * provider is down and one attempt at a time is made. A call refused on a connection that serves others well holds
     * nobody back.
     */
    public void refused(Refusal refusal) {
        synchronized (lock) {
            long now = clock.nanos();
            refusals.merge(refusal.how(), 1L, Long::sum);
            if (!refusalTold || now - refusalToldNanos >= REFUSALS_TOLD.toNanos()) {
                refusalTold = true;
                refusalToldNanos = now;
                events.add(new BudgetEvent.Refused(now, refusal));
            }
            if (refusal.onServingConnection()) {
                wakeIn(0);
                return;
            }
            if (refusal.how() == ProviderRefusal.ACCEPTED_AND_CLOSED && living == 0) {
                if (restraint.down(now)) {
                    events.add(new BudgetEvent.ProviderDown(now));
                }
            } else {
                holdBack(refusal, now);
            }
            wakeIn(0);
        }
    }

    private void holdBack(Refusal refusal, long nowNanos) {
        boolean heldBefore = restraint.state(nowNanos) instanceof Restraint.State.Held;
        long windowNanos = 0;
        int fewest = Integer.MAX_VALUE;
        for (RuleKeeper keeper : keepersInUse(nowNanos)) {
            int used = keeper.used(nowNanos);
            int believed = keeper.estimate().believed(nowNanos);
            if (believed - used < fewest) {
                fewest = believed - used;
                windowNanos = keeper.rule().per().toNanos();
            }
            if (!heldBefore) {
                // Of those that were under way together only the first says where the limit is.
                keeper.estimate().lower(used, nowNanos);
                int now = keeper.estimate().believed(nowNanos);
                if (now < believed) {
                    events.add(new BudgetEvent.EstimateLowered(nowNanos, keeper.rule(), believed, now));
                }
            }
        }
        long forNanos = Math.min(
                Restraint.HOLD_MAX.toNanos(),
                Math.max(windowNanos, refusal.retryAfterNanos().orElse(0)));
        restraint.hold(forNanos, refusal.how() != ProviderRefusal.ACCEPTED_AND_CLOSED, nowNanos);
        if (!heldBefore) {
            events.add(new BudgetEvent.HeldBack(nowNanos, forNanos, refusal.how()));
        }
    }

    private List<RuleKeeper> keepersInUse(long nowNanos) {
        return scopes.stream()
                .flatMap(scope -> scope.inUse(nowNanos).keepers().stream())
                .toList();
    }

    /** How it stands now. Any thread. */
    public BudgetSnapshot snapshot() {
        synchronized (lock) {
            long now = clock.nanos();
            Map<BudgetRule, Integer> seen = new HashMap<>();
            Map<String, LedgerUse> ledgers = new HashMap<>();
            for (Scope scope : scopes) {
                if (scope.common().ledger() != null) {
                    ledgers.put(scope.name(), use(scope, now));
                }
            }
            return new BudgetSnapshot(
                    settings.rules().stream()
                            .map(rule -> keeperOf(rule, seen.merge(rule, 1, Integer::sum)))
                            .map(keeper -> new BudgetSnapshot.RuleUse(
                                    keeper.rule(),
                                    keeper.used(now),
                                    keeper.estimate().believed(now)))
                            .toList(),
                    queue.sizes(),
                    nextPermitInNanos(now),
                    granted,
                    waitedNanos,
                    queueFull,
                    stale,
                    refusals,
                    unused,
                    queue.capped(),
                    inFlight(now),
                    switch (restraint.state(now)) {
                        case Restraint.State.Free free -> Restraining.NOTHING;
                        case Restraint.State.Held held -> Restraining.EVERYTHING;
                        case Restraint.State.Probing probing -> Restraining.ALL_BUT_ONE;
                    },
                    ledgers,
                    events.kept());
        }
    }

    private static LedgerUse use(Scope scope, long nowNanos) {
        return switch (scope.common().standing().state()) {
            case LedgerStanding.State.Here here -> LedgerUse.HERE;
            case LedgerStanding.State.Busy busy -> LedgerUse.BUSY;
            case LedgerStanding.State.Holds holds -> LedgerUse.HOLDS;
            case LedgerStanding.State.Away away -> scope.usesShare(nowNanos) ? LedgerUse.SHARE : LedgerUse.AWAY;
        };
    }

    /** The keeper of the rule as configured, the n-th of those that are alike. */
    private RuleKeeper keeperOf(BudgetRule rule, int nth) {
        return scopes.stream()
                .flatMap(scope -> scope.common().keepers().stream())
                .filter(keeper -> keeper.rule().equals(rule))
                .skip(nth - 1L)
                .findFirst()
                .orElseThrow();
    }

    private long nextPermitInNanos(long nowNanos) {
        long blockedNanos = blockedForNanos(nowNanos);
        return Math.max(blockedNanos, admission(nowNanos).inNanos(AttemptKind.CONNECT, PermitClass.RECONNECT_HIGH));
    }

    /**
     * What happens if that many connections of each class drop now. Any thread.
     *
     * <p>Those who wait already go first. A provider that is down, and neighbours who share a ledger, make it later.
     *
     * @param dropping how many, by class; classes left out are none
     */
    public Forecast forecast(Map<PermitClass, Integer> dropping) {
        List<Outlook> outlooks = new ArrayList<>();
        Map<PermitClass, Integer> waiting;
        long startNanos;
        long nextNanos;
        synchronized (lock) {
            long now = clock.nanos();
            for (RuleKeeper keeper : keepersInUse(now)) {
                if (keeper.rule().counts().has(AttemptKind.CONNECT)) {
                    outlooks.add(keeper.outlook(now));
                }
            }
            waiting = queue.sizes();
            startNanos = Math.max(blockedForNanos(now), restraint.admitsInNanos(AttemptKind.CONNECT, now));
            nextNanos = nextPermitInNanos(now);
        }
        return new Forecast(nextNanos, Forecast.back(outlooks, startNanos, waiting, dropping, settings.inFlightMax()));
    }

    // ---- what a permit tells, on any thread ----

    boolean fresh(Permit permit) {
        long nowSleepNanos = sleepClock.nanos();
        synchronized (lock) {
            boolean fresh = permit.fresh(clock.nanos(), nowSleepNanos);
            if (!fresh) {
                stale++;
            }
            return fresh;
        }
    }

    void attempted(Permit permit) {
        long nowSleepNanos = sleepClock.nanos();
        synchronized (lock) {
            long now = clock.nanos();
            if (!permit.fresh(now, nowSleepNanos)) {
                move(permit, now + UNPROVEN_NANOS, now);
                changed(now);
            }
        }
    }

    long deadlineNanos(Permit permit) {
        synchronized (lock) {
            return permit.interval().boundNanos - TRAVEL_NANOS;
        }
    }

    void stillOpen(Permit permit) {
        synchronized (lock) {
            if (!permit.settled()) {
                long now = clock.nanos();
                move(permit, now + UNPROVEN_NANOS, now);
                changed(now);
            }
        }
    }

    void settle(Permit permit) {
        synchronized (lock) {
            if (!permit.settled()) {
                permit.markSettled();
                long now = clock.nanos();
                // Later than the bound only if the process was stopped meanwhile: then this is the truth, too.
                move(permit, now, now);
                landed(permit);
            }
        }
    }

    void abandoned(Permit permit) {
        synchronized (lock) {
            if (permit.settled()) {
                return;
            }
            permit.markEnded();
            long now = clock.nanos();
            // What is given up late, because the process was stopped, may have sent packets until now.
            if (now + TRAVEL_NANOS - permit.interval().boundNanos > 0) {
                move(permit, now + TRAVEL_NANOS, now);
            }
            landed(permit);
        }
    }

    void unused(Permit permit) {
        synchronized (lock) {
            if (!permit.ended()) {
                unused++;
                permit.markSettled();
                long now = clock.nanos();
                move(permit, now, now);
                restraint.ended(permit);
                landed(permit);
            }
        }
    }

    void served(Permit permit) {
        synchronized (lock) {
            if (permit.living() || permit.dead()) {
                return;
            }
            permit.markLiving();
            living++;
            queue.capSubjects(true);
            long now = clock.nanos();
            if (restraint.proved(now)) {
                events.add(new BudgetEvent.Recovered(now));
                wakeIn(0);
            }
        }
    }

    void gone(Permit permit) {
        synchronized (lock) {
            if (permit.dead()) {
                return;
            }
            if (permit.living()) {
                living--;
                queue.capSubjects(living > 0);
                if (living == 0 && restraint.lastGone(clock.nanos())) {
                    keepersInUse(clock.nanos())
                            .forEach(keeper -> keeper.estimate().forgive());
                    events.add(new BudgetEvent.ProviderDown(clock.nanos()));
                    wakeIn(0);
                }
            }
            permit.markDead();
            restraint.ended(permit);
            landed(permit);
        }
    }

    private void landed(Permit permit) {
        flying.remove(permit);
        changed(clock.nanos());
    }

    /** Something has changed that may let somebody go, or is to be written. */
    private void changed(long nowNanos) {
        if (!queue.isEmpty()) {
            wakeIn(0);
        } else if (!settings.ledgers().isEmpty()) {
            sleep(nowNanos);
        }
    }

    private void move(Permit permit, long boundNanos, long nowNanos) {
        boolean later = boundNanos - permit.interval().boundNanos > 0;
        permit.interval().boundNanos = boundNanos;
        permit.allowances().forEach(allowance -> allowance.moved(permit.interval(), later, nowNanos));
    }

    private boolean cancel(Waiting waiting) {
        synchronized (lock) {
            boolean waits = waiting.place() == Place.QUEUED || waiting.place() == Place.DECIDED;
            if (waiting.place() == Place.QUEUED) {
                queue.remove(waiting);
            }
            if (waits) {
                waiting.move(Place.CANCELLED);
            }
            return waits;
        }
    }

    // ---- the timers' thread ----

    /** Grants what can be granted, then sleeps until more can be. */
    private void pump() {
        List<Runnable> answers = new ArrayList<>();
        boolean again = true;
        for (int rounds = 0; again && rounds <= scopes.size(); rounds++) {
            again = round(answers);
        }
        List<BudgetEvent> told;
        synchronized (lock) {
            told = events.takeUntold();
            sleep(clock.nanos());
        }
        told.forEach(event -> tell(() -> listener.accept(event)));
        answers.forEach(ConnectionBudget::tell);
    }

    /** One turn of all ledgers; true if another is worth making at once, since a private share can stand in for one. */
    private boolean round(List<Runnable> answers) {
        List<Allowance> using;
        synchronized (lock) {
            wake = null;
            long now = clock.nanos();
            if (turnDueInNanos(now) > 0) {
                return false;
            }
            using = inUse(now);
        }
        LedgerRound round = new LedgerRound(using, clock, this::decide);
        long beforeNanos = clock.nanos();
        LedgerRound.Outcome outcome = round.play();
        long nowSleepNanos = sleepClock.nanos();
        synchronized (lock) {
            long now = clock.nanos();
            lastTurnsNanos[(int) (turns++ % lastTurnsNanos.length)] = now - beforeNanos;
            return switch (outcome) {
                case LedgerRound.Outcome.Decided decided -> {
                    for (Allowance allowance : using) {
                        allowance.standing().here(now);
                    }
                    round.pages().forEach(page -> page.allowance().wrote(page, now));
                    round.grants().forEach(grant -> conclude(grant, now, nowSleepNanos, answers));
                    yield false;
                }
                case LedgerRound.Outcome.Blocked(Allowance at, Ledger.Turn<?> turn) -> {
                    // The last first, so that the first is first in the queue again.
                    round.grants().reversed().forEach(grant -> takeBack(grant, now));
                    at.standing().after(turn, now);
                    yield !inUse(now).contains(at);
                }
            };
        }
    }

    private List<Allowance> inUse(long nowNanos) {
        List<Allowance> using = new ArrayList<>(scopes.size());
        for (Scope scope : scopes) {
            using.add(scope.inUse(nowNanos));
        }
        return using;
    }

    /** Within the turns of all ledgers. */
    private void decide(LedgerRound round) {
        long nowSleepNanos = sleepClock.nanos();
        synchronized (lock) {
            long now = clock.nanos();
            round.pages().forEach(page -> page.allowance().look(page, now));
            // A ledger that has failed may fail again after it was asked: then one permit is lost, not many.
            boolean careful = round.using().stream()
                    .anyMatch(allowance -> !(allowance.standing().state() instanceof LedgerStanding.State.Here));
            PermitQueue.Admission admission = admission(round.using(), now);
            Waiting next;
            while ((!careful || round.grants().isEmpty()) && (next = queue.next(now, admission)) != null) {
                round.grants().add(grant(next, round.using(), now, nowSleepNanos));
            }
            List<Interval> intervals = round.grants().stream()
                    .map(grant -> grant.permit().interval())
                    .toList();
            round.pages().forEach(page -> page.allowance().prepare(page, intervals));
        }
    }

    private Grant grant(Waiting waiting, List<Allowance> using, long nowNanos, long nowSleepNanos) {
        PermitWish wish = waiting.wish();
        long slackNanos = slackNanos();
        Interval interval = new Interval(
                new UUID(origin, ++numbers), wish.kind(), nowNanos, nowNanos + slackNanos + UNPROVEN_NANOS);
        List<Allowance> counting = using.stream()
                .filter(allowance -> allowance.counts(wish.kind()))
                .toList();
        counting.forEach(allowance -> allowance.add(interval));
        Permit permit = new Permit(this, wish, interval, counting, nowSleepNanos, FENCE_NANOS + slackNanos);
        if (wish.kind() == AttemptKind.CONNECT) {
            flying.add(permit);
        }
        restraint.granted(permit, nowNanos);
        waiting.move(Place.DECIDED);
        return new Grant(waiting, permit);
    }

    /** How much later than usual an attempt may begin, because turns are slow. */
    private long slackNanos() {
        long longest = 0;
        for (long each : lastTurnsNanos) {
            longest = Math.max(longest, each);
        }
        return longest <= QUICK_TURN.toNanos() ? 0 : 2 * Math.min(longest, SLOW_TURN_MAX.toNanos());
    }

    /** The permit is durable. */
    private void conclude(Grant grant, long nowNanos, long nowSleepNanos, List<Runnable> answers) {
        Waiting waiting = grant.waiting();
        Permit permit = grant.permit();
        if (!permit.fresh(nowNanos, nowSleepNanos)) {
            stale++;
            giveUp(permit, nowNanos);
            queueAgain(waiting);
        } else if (waiting.place() == Place.CANCELLED) {
            giveUp(permit, nowNanos);
        } else {
            waiting.move(Place.ANSWERED);
            granted++;
            waitedNanos += nowNanos - waiting.sinceNanos();
            answers.add(() -> waiting.answer().accept(new PermitAnswer.Granted(permit)));
        }
    }

    private void giveUp(Permit permit, long nowNanos) {
        permit.markSettled();
        flying.remove(permit);
        restraint.ended(permit);
        move(permit, nowNanos, nowNanos);
    }

    /** The permit was never given. */
    private void takeBack(Grant grant, long nowNanos) {
        Permit permit = grant.permit();
        permit.markSettled();
        flying.remove(permit);
        restraint.ended(permit);
        permit.allowances().forEach(allowance -> allowance.undo(permit.interval(), nowNanos));
        queueAgain(grant.waiting());
    }

    private void queueAgain(Waiting waiting) {
        if (waiting.place() == Place.CANCELLED) {
            return;
        }
        if (queue.putBack(waiting)) {
            waiting.move(Place.QUEUED);
        } else {
            waiting.move(Place.ANSWERED);
            refuse(waiting.answer(), "a later request of the same asker took its place in the queue");
        }
    }

    // ---- when ----

    private PermitQueue.Admission admission(long nowNanos) {
        return admission(inUse(nowNanos), nowNanos);
    }

    private PermitQueue.Admission admission(List<Allowance> using, long nowNanos) {
        return (kind, purpose) -> {
            long longest = restraint.admitsInNanos(kind, nowNanos);
            if (kind == AttemptKind.CONNECT) {
                longest = Math.max(longest, flightInNanos(nowNanos));
            }
            for (Allowance allowance : using) {
                longest = Math.max(longest, allowance.admitsInNanos(kind, purpose, nowNanos));
            }
            return longest;
        };
    }

    private int inFlight(long nowNanos) {
        flying.removeIf(permit -> permit.interval().boundNanos - nowNanos <= 0);
        return flying.size();
    }

    /** How long until one more may be under way, if nobody lands before its bound. */
    private long flightInNanos(long nowNanos) {
        if (inFlight(nowNanos) < settings.inFlightMax()) {
            return 0;
        }
        long soonest = Long.MAX_VALUE;
        for (Permit permit : flying) {
            soonest = Math.min(soonest, permit.interval().boundNanos - nowNanos);
        }
        return soonest;
    }

    /** How long no turn is worth making, because a ledger is not to be had. */
    private long blockedForNanos(long nowNanos) {
        long longest = 0;
        for (Scope scope : scopes) {
            longest = Math.max(longest, scope.inUse(nowNanos).standing().blockedForNanos(nowNanos));
        }
        return longest;
    }

    private long turnDueInNanos(long nowNanos) {
        long dueNanos = queue.isEmpty() ? Long.MAX_VALUE : queue.nextInNanos(nowNanos, admission(nowNanos));
        for (Scope scope : scopes) {
            dueNanos = Math.min(dueNanos, scope.inUse(nowNanos).turnDueInNanos(!queue.isEmpty(), nowNanos));
            if (scope.usesShare(nowNanos) && !queue.isEmpty()) {
                dueNanos = Math.min(dueNanos, scope.common().standing().blockedForNanos(nowNanos));
            }
        }
        return dueNanos == Long.MAX_VALUE ? dueNanos : Math.max(dueNanos, blockedForNanos(nowNanos));
    }

    private void sleep(long nowNanos) {
        long dueNanos = events.hasUntold() ? 0 : turnDueInNanos(nowNanos);
        if (dueNanos < Long.MAX_VALUE) {
            wakeIn(dueNanos);
        } else if (wake != null) {
            wake.cancel();
            wake = null;
        }
    }

    private void wakeIn(long delayNanos) {
        if (wake != null) {
            wake.cancel();
        }
        wake = timers.after(delayNanos, this::pump);
    }

    private static void tell(Runnable answer) {
        try {
            answer.run();
        } catch (RuntimeException e) {
            // One caller's fault must not cost the others of this turn their permits.
            log.error("The one who waited for a permit, or listens to the budget, failed", e);
        }
    }
}
