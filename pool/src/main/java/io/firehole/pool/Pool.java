package io.firehole.pool;

import com.google.protobuf.ByteString;
import io.firehole.filters.InvalidFilterException;
import io.firehole.pool.buffer.ReplayBuffer;
import io.firehole.pool.memory.MemoryBudget;
import io.firehole.pool.memory.MemoryPressure;
import io.firehole.pool.merging.Subscription;
import io.firehole.pool.metrics.MetricsSecond;
import io.firehole.pool.routing.RecentTransactions;
import io.firehole.pool.routing.UnroutableMessages;
import io.firehole.pool.transport.Connection.UnaryReply;
import io.firehole.pool.transport.Transport;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The subscriptions of many monitors over few connections to one provider.
 *
 * <p>Every method may be called from any thread. The pool does not own the {@link Transport}: who made it closes it,
 * after the pool.
 */
public final class Pool implements AutoCloseable {

    /** How long a caller waits for the control thread, which never blocks, before it goes on without it. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** After that long the event loop has handed on the block meta by which a slot was seen to be whole. */
    private static final Duration SETTLE = Duration.ofMillis(20);

    private static final GrpcStatus CLOSING =
            GrpcStatus.Code.UNAVAILABLE.with("server is shutting down try again later");

    private final PoolContext context;
    private final Links links;
    private final Placement placement;
    private final UnaryCalls unaryCalls;
    private final ReplayDepth replayDepth;
    private final Leases leases;
    private final MemoryWatch memoryWatch;
    private final SecondWatch secondWatch;
    private final PoolPicture picture;
    private final Executor callbacks;

    private final AtomicInteger openStreams = new AtomicInteger();
    private final LongAdder refusedStreams = new LongAdder();
    private final LongAdder refusedForMemory = new LongAdder();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final PoolLoop.Signal shutDown;
    private volatile boolean closing;

    private Pool(PoolConfig config, Transport transport, PoolRuntime runtime) {
        PoolLoop loop = new PoolLoop(runtime.control().get(), config.commandsMax());
        MemoryBudget memory = new MemoryBudget(config.slow().buffersMaxBytes());
        this.context = new PoolContext(
                config,
                transport,
                runtime.clock(),
                runtime.timeOfDay(),
                runtime.random(),
                loop,
                new RequestPace(runtime.clock(), config.profile().requests()),
                new Departures(runtime.clock()),
                new IntegrityWatch(loop, runtime.callbacks(), config.integritySamplesPerSecond()),
                memory,
                new Spilling(config.slow().spill(), runtime.callbacks()),
                new ReplayBuffer(config.buffer(), memory),
                runtime.callbacks(),
                runtime.filling(),
                new RecentTransactions(config.recentTransactionsBytes()),
                new UnroutableMessages(),
                new PoolTally(runtime.clock(), runtime.timeOfDay()));
        this.links = new Links(context);
        Vetting vetting = new Vetting(context, links);
        this.placement = new Placement(context, links, vetting, this::monitorLeft);
        this.unaryCalls = new UnaryCalls(context, links);
        this.replayDepth = new ReplayDepth(context, unaryCalls, this::newestComplete);
        this.callbacks = runtime.callbacks();
        this.leases = new Leases(context, links, placement, callbacks);
        this.memoryWatch = new MemoryWatch(context, placement);
        this.secondWatch = new SecondWatch(context, links, placement::members);
        this.picture = new PoolPicture(
                context,
                links,
                placement,
                leases,
                runtime.budget(),
                refusedStreams::sum,
                () -> memoryWatch.stats(refusedForMemory.sum()));
        this.shutDown = loop.signal(this::shutDown);
    }

    /** Starts a pool: its control thread, and its first connection. Returns at once. */
    public static Pool start(PoolConfig config, Transport transport, PoolRuntime runtime) {
        Pool pool = new Pool(config, transport, runtime);
        pool.context.loop().signal(pool::begin).raise();
        return pool;
    }

    private void monitorLeft(Member member) {
        openStreams.decrementAndGet();
        secondWatch.left(member);
    }

    private void begin() {
        links.whenReady(unaryCalls::connectionReady);
        links.whenReady(leases::connectionReady);
        new GroupWatch(context, placement).start();
        new UnionWatch(context, placement).start();
        memoryWatch.start();
        if (links.all().isEmpty() && !closing) {
            links.open();
        }
    }

    /**
     * A stream for one monitor, which has asked for nothing yet. Returns at once.
     *
     * <p>If the pool has no room for it (see {@link PoolConfig#streamsMax}, {@link PoolConfig#commandsMax} and
     * {@link SlowMonitorRules#buffersMaxBytes}) the
     * stream has already {@linkplain MonitorStream#ended ended} with RESOURCE_EXHAUSTED; if the pool is closed, with
     * UNAVAILABLE.
     *
     * @param wakeup called when {@link MonitorStream#poll} or {@link MonitorStream#ended} has something new after
     *     they had nothing, and now and then without a cause; on a thread of the pool, so it must be quick and must not
     *     block
     */
    public MonitorStream subscribe(Monitor monitor, Runnable wakeup) {
        Member member = new Member(context, placement, monitor, wakeup);
        MonitorStream stream = member.stream();
        int max = context.config().streamsMax();
        if (context.memory().pressure().isAtLeast(MemoryPressure.REFUSING)) {
            refusedForMemory.increment();
            stream.end(GrpcStatus.Code.RESOURCE_EXHAUSTED.with("no room for one more monitor: of the memory for all"
                    + " buffers " + context.memory().used() + " bytes are used, limit "
                    + context.memory().bytesMax() + " (memory.buffers-max)"));
        } else if (openStreams.incrementAndGet() > max) {
            openStreams.decrementAndGet();
            refusedStreams.increment();
            stream.end(GrpcStatus.Code.RESOURCE_EXHAUSTED.with(
                    "max subscription limit exceeded: " + max + " streams are open"));
        } else if (!context.loop().submit(() -> placement.joined(member))) {
            openStreams.decrementAndGet();
            stream.end(tooManyCommands());
        }
        if (closing) {
            stream.end(CLOSING);
        }
        return stream;
    }

    /**
     * A subscription whose updates a listener is told of: the gateway's way for a Java program. Returns at once.
     *
     * <p>If the pool has no room for it, is closed, or a request is too large for a provider, the listener is told so in
     * {@link MonitorListener#onEnd}. What happens to a listener too slow for its mailbox is its policy's business
     * ({@link PoolConfig#mailboxOf}), and nobody else notices.
     *
     * @param request what it asks, as the provider takes it; {@link MonitorSubscription#change} replaces it
     * @param listener called on {@link PoolRuntime#callbacks}, one call at a time, never on a connection's event loop
     * @throws InvalidFilterException if the request breaks a rule, with the reference server's text: then there is no
     *     subscription, and the listener is never called
     * @throws IllegalArgumentException if the request has a ping, which asks for nothing
     */
    public MonitorSubscription subscribe(Monitor monitor, SubscribeRequest request, MonitorListener listener)
            throws InvalidFilterException {
        MonitorSubscription.checkNoPing(request);
        Subscription asked = Subscription.of(request, context.config().profile().filters());
        MonitorSubscription.Turns turns = new MonitorSubscription.Turns();
        MonitorStream stream = subscribe(monitor, turns::wake);
        stream.ask(asked);
        return turns.begin(stream, listener, callbacks);
    }

    /**
     * Ends a stream behind what waits in its mailbox: {@link MonitorStream#poll} goes on until that has been taken, then
     * {@link MonitorStream#ended} says UNAVAILABLE. Returns at once.
     *
     * @param stream one of this pool's
     * @return when the end has been put, the last slot that is known to lie before it whole, block meta included: where a
     *     client can go on. Empty if none is known; never completes exceptionally
     */
    public CompletableFuture<OptionalLong> finish(MonitorStream stream) {
        CompletableFuture<OptionalLong> finished = new CompletableFuture<>();
        boolean taken = context.loop().submit(() -> {
            Optional<Member> member = placement.members().stream()
                    .filter(one -> one.stream() == stream)
                    .findFirst();
            OptionalLong slot = member.map(Member::lastWholeSlotAtEnd).orElse(OptionalLong.empty());
            context.loop().after(SETTLE.toNanos(), () -> {
                member.ifPresent(one -> one.end(CLOSING));
                finished.complete(slot);
            });
        });
        if (!taken) {
            stream.end(CLOSING);
            finished.complete(OptionalLong.empty());
        }
        var unused = closed.thenRun(() -> finished.complete(OptionalLong.empty()));
        return finished;
    }

    /** {@link #subscribe(Monitor, SubscribeRequest, MonitorListener)} for a monitor of the medium group. */
    public MonitorSubscription subscribe(String monitorId, SubscribeRequest request, MonitorListener listener)
            throws InvalidFilterException {
        return subscribe(new Monitor(monitorId, Group.MEDIUM), request, listener);
    }

    /**
     * Makes a unary call on any connection that is ready.
     *
     * <p>Waits {@link PoolConfig#unaryWait} for a connection; then the reply is UNAVAILABLE.
     *
     * <p>{@code SubscribeReplayInfo} is asked of the provider unless it answered within the last second, and a slot is named that a subscription
     * through this pool can still be replayed from when the provider is asked for that.
     *
     * @param method the full name, as in {@code geyser.Geyser/GetSlot}
     * @param request the request message as bytes
     * @return the reply; never completes exceptionally
     */
    public CompletableFuture<UnaryReply> unary(String method, ByteString request) {
        CompletableFuture<UnaryReply> reply = new CompletableFuture<>();
        Runnable call = method.equals(ReplayDepth.METHOD)
                ? () -> replayDepth.ask(request, reply)
                : () -> unaryCalls.call(method, request, reply);
        if (!context.loop().submit(call)) {
            UnaryCalls.fail(reply, tooManyCommands());
        }
        if (closing) {
            UnaryCalls.fail(reply, CLOSING);
        }
        return reply;
    }

    /** The newest slot that any stream has seen sealed. Control thread. */
    private OptionalLong newestComplete() {
        return placement.streams().stream()
                .flatMapToLong(stream -> stream.lastSealed().stream())
                .max();
    }

    /** {@link #channel(String, Group)} for a monitor of the medium group, where those belong that nobody has named. */
    public Channel channel(String monitorId) {
        return channel(monitorId, Group.MEDIUM);
    }

    /**
     * A channel for stubs of the caller's own: any generated stub works on it, for any method of the provider. Returns at
     * once and opens nothing.
     *
     * <p>Each call finds its connection when it is made: the one its monitor has, if that is well; else one that nobody uses;
     * else a new one, while the group's share and {@link PoolConfig#maxConnections} allow it; else the least recently used
     * one, which is then shared, and taken from nobody. A call that finds none waits up to {@link PoolConfig#unaryWait}, and
     * no longer than its deadline; then it ends with UNAVAILABLE naming the limit, or with DEADLINE_EXCEEDED. However many
     * callers there are, there are never more than {@link PoolConfig#maxConnections} connections, but while one is being
     * replaced.
     *
     * <p>The channel has no way to close a connection, and a call on it never opens a socket but through the pool and its
     * budget. The provider's token goes out with every call; one that the caller puts into the headers does not, nor do
     * {@code CallCredentials}. Listeners are called on the executor the caller gives to the stub, else on virtual threads:
     * never on a connection's event loop, unless the caller's executor runs tasks where they are handed in.
     *
     * <p>A {@code Subscribe} made here is a stream of its own at the provider: not merged with others, and not opened anew
     * when the connection breaks. {@link #subscribe} does both.
     *
     * @param monitorId who calls; the same id finds the same connection again, until {@link #release}
     * @param group its frequency group; that of the first call counts until {@link #release}
     */
    public Channel channel(String monitorId, Group group) {
        return new PoolChannel(new Monitor(monitorId, group), leases);
    }

    /**
     * A call of any method, made for somebody else's client. Returns at once; it begins when it is started.
     *
     * <p>It goes as one of {@link #channel} does, but has no connection of its own: it shares the one that carries its monitor's
     * streams, else any that is there, and opens one only if there is none. No more than 1,024 are open or wait
     * at a time; one more ends with RESOURCE_EXHAUSTED.
     *
     * @param monitor who calls
     * @param options should name an executor, where the listener is called
     */
    public <Q, R> ClientCall<Q, R> relay(Monitor monitor, MethodDescriptor<Q, R> method, CallOptions options) {
        return new LeasedCall<>(leases, monitor, method, options, true);
    }

    /**
     * Says that this monitor makes no more calls of its own for now: its connection may serve whoever needs one, and is closed
     * if nobody does for {@link PoolConfig#connectionTtl}. Calls that are open go on. A later call on its channel works as
     * the first one did.
     */
    public void release(String monitorId) {
        leases.release(monitorId);
    }

    /** What came of {@link #reconnect}. */
    public enum Reconnect {
        /** The connection is being replaced, or, if there was none, the next attempt is made now. */
        BEGUN,
        /** It is being made or replaced already. */
        UNDER_WAY,
        /** There is no such connection. */
        UNKNOWN
    }

    /**
     * Replaces a connection by a new one, which costs one permit of the budget's least urgent class. May wait some
     * milliseconds for the control thread, not for the new connection.
     *
     * <p>The new connection is proven before the old one is given up, and then every stream moves by itself at the boundary of
     * a slot: each monitor gets every update of its own once, and in its slot's order. Two things cannot be kept so: at
     * processed, content of a slot that comes after the seal of a later one (on a fork that dies) may come twice or not at
     * all where the two connections lead to nodes that differ in that; and a replay that a monitor has asked for and
     * that has not begun begins on the new connection. If the old connection breaks meanwhile, it is a break like any
     * other. Calls of {@link #channel} that are open go on, up to 30 s, and new ones go out on the new connection.
     *
     * @param connectionId as {@link #stats} shows it
     */
    public Reconnect reconnect(long connectionId) {
        if (context.loop().isCurrent()) {
            return links.renew(connectionId);
        }
        CompletableFuture<Reconnect> answer = new CompletableFuture<>();
        context.loop().signal(() -> answer.complete(links.renew(connectionId))).raise();
        return closed.thenApply(done -> Reconnect.UNKNOWN)
                .applyToEither(answer, result -> result)
                .completeOnTimeout(Reconnect.UNDER_WAY, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    /**
     * Puts a monitor's open streams into another group. Each moves to a stream of that group by itself, at the boundary of a
     * slot and without a new connection of its own: the monitor misses nothing and gets nothing twice. One that cannot be
     * moved yet, since it is not served or on its way already, follows as soon as it can. May wait some milliseconds for the
     * control thread, not for the move.
     *
     * <p>There it stays, whatever its rate. Streams that the monitor opens later begin in the group that they are opened with.
     *
     * @param monitorId as it was given to {@link #subscribe}
     * @return whether that monitor has an open stream
     */
    public boolean move(String monitorId, Group group) {
        return restand(monitorId, monitor -> monitor.inGroup(group).asFixed());
    }

    /**
     * Gives a monitor's open streams streams of the provider to themselves, or has them share with others again; as
     * {@link #move} does it, without loss.
     *
     * @return whether that monitor has an open stream
     */
    public boolean dedicate(String monitorId, boolean dedicated) {
        return restand(monitorId, monitor -> monitor.dedicated(dedicated));
    }

    private boolean restand(String monitorId, UnaryOperator<Monitor> change) {
        if (context.loop().isCurrent()) {
            return placement.restand(monitorId, change);
        }
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        context.loop()
                .signal(() -> answer.complete(placement.restand(monitorId, change)))
                .raise();
        return closed.thenApply(done -> false)
                .applyToEither(answer, known -> known)
                .completeOnTimeout(false, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    private GrpcStatus tooManyCommands() {
        return GrpcStatus.Code.RESOURCE_EXHAUSTED.with("too much waits for the pool's control thread, limit "
                + context.config().commandsMax() + " commands");
    }

    /**
     * Tells of every second what each monitor and each connection did in it, from the next whole second of the day on until
     * that is closed. The listener is called on the control thread: it must be quick, and must not wait.
     */
    public AutoCloseable everySecond(Consumer<? super MetricsSecond> listener) {
        context.loop().signal(() -> secondWatch.listen(listener)).raise();
        return () -> context.loop().signal(() -> secondWatch.forget(listener)).raise();
    }

    /** How the pool stands: one consistent picture. May wait some milliseconds for the control thread. */
    public PoolStats stats() {
        if (context.loop().isCurrent()) {
            return picture.take();
        }
        CompletableFuture<PoolStats> taken = new CompletableFuture<>();
        context.loop().signal(() -> taken.complete(picture.take())).raise();
        return closed.thenApply(done -> picture.last())
                .applyToEither(taken, stats -> stats)
                .completeOnTimeout(picture.last(), PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    /**
     * What monitors should have seen and did not, newest first: of the latest {@value GapLog#KEPT} gaps. May wait some
     * milliseconds for the control thread.
     *
     * @param monitorId whose; empty for everybody's
     * @param limit how many at the most
     */
    public List<Gap> gaps(Optional<String> monitorId, int limit) {
        GapLog log = context.tally().gaps();
        if (context.loop().isCurrent()) {
            return log.latest(monitorId, limit);
        }
        CompletableFuture<List<Gap>> answer = new CompletableFuture<>();
        context.loop()
                .signal(() -> answer.complete(log.latest(monitorId, limit)))
                .raise();
        return closed.thenApply(done -> List.<Gap>of())
                .applyToEither(answer, known -> known)
                .completeOnTimeout(List.of(), PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    /**
     * The connections that ended last, newest first: of the latest {@value ClosedLog#KEPT}. May wait some milliseconds for
     * the control thread.
     *
     * @param limit how many at the most
     */
    public List<ClosedConnection> closedConnections(int limit) {
        ClosedLog log = context.tally().closedConnections();
        if (context.loop().isCurrent()) {
            return log.latest(limit);
        }
        CompletableFuture<List<ClosedConnection>> answer = new CompletableFuture<>();
        context.loop().signal(() -> answer.complete(log.latest(limit))).raise();
        return closed.thenApply(done -> List.<ClosedConnection>of())
                .applyToEither(answer, known -> known)
                .completeOnTimeout(List.of(), PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    /**
     * Puts something that happened around the pool among its {@linkplain PoolStats#events events}, such as what somebody had
     * it do. Returns at once.
     *
     * @param kind a few words, always the same for the same kind of event
     * @param monitorId whom it concerns; empty if nobody in particular
     * @param text what happened and why, in one sentence
     */
    public void note(String kind, String monitorId, String text) {
        context.loop()
                .signal(() -> context.tally().event(kind, monitorId, text))
                .raise();
    }

    /**
     * A transaction that some stream received lately, for whoever asks who would get it; see {@link #explain(String,
     * ByteString)}. Not on an event loop.
     *
     * @param signature the transaction's first signature, 64 bytes
     * @return empty if it was not received, or is remembered no more
     */
    public Optional<RecentTransaction> recent(ByteString signature) {
        return Inquiry.find(signature, context.recent());
    }

    /**
     * How a monitor is served, and why: its streams, its filters, under which labels they travel, and who shares them. May
     * wait some milliseconds for the control thread.
     *
     * @return empty if no monitor with that id has an open stream
     */
    public Optional<MonitorExplanation> explain(String monitorId) {
        if (context.loop().isCurrent()) {
            return placement.explain(monitorId);
        }
        CompletableFuture<Optional<MonitorExplanation>> answer = new CompletableFuture<>();
        context.loop()
                .signal(() -> answer.complete(placement.explain(monitorId)))
                .raise();
        return closed.thenApply(done -> Optional.<MonitorExplanation>empty())
                .applyToEither(answer, explanation -> explanation)
                .completeOnTimeout(Optional.empty(), PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    /**
     * Whether a monitor, as it asks now, would have got one transaction, by which of its filters, and what kept it from the
     * others. Known are the transactions that any stream of the pool received lately, within
     * {@link PoolConfig#recentTransactionsBytes} and {@link RecentTransactions#COUNT_MAX}. Not on an event loop: it looks
     * through all of them.
     *
     * @param signature the transaction's first signature, 64 bytes
     * @return empty if no monitor with that id has an open stream
     */
    public Optional<TransactionExplanation> explain(String monitorId, ByteString signature) {
        return explain(monitorId).map(monitor -> Inquiry.of(monitor, signature, context.recent()));
    }

    /**
     * The latest {@value UnroutableMessages#KEPT} messages of the provider that are no update, oldest first; nobody got them, and
     * {@link PoolStats.Totals#malformed} counts all.
     */
    public List<UnroutableMessages.Message> unroutable() {
        return context.unroutable().latest();
    }

    /** Whether the provider can be reached: a connection is ready, or was until nobody needed it. */
    public boolean ready() {
        return links.isReady();
    }

    /** Ends every monitor's stream with UNAVAILABLE and closes every connection. Idempotent. */
    @Override
    public void close() {
        closing = true;
        leases.closing(CLOSING);
        shutDown.raise();
        if (!context.loop().isCurrent()) {
            try {
                closed.copy()
                        .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                        .join();
            } catch (CompletionException tooSlow) {
                throw new IllegalStateException(
                        "the pool's control thread did not close it within " + PATIENCE, tooSlow);
            } finally {
                context.spilling().close();
            }
        } else if (context.config().slow().spill().isPresent()) {
            // It waits for the disk, and this is the control thread.
            var unused = closed.thenRunAsync(context.spilling()::close, callbacks);
        }
    }

    private void shutDown() {
        if (closed.isDone()) {
            return;
        }
        List<Member> all = List.copyOf(placement.members());
        // All are told first: of those who wait for a place nobody takes that of another one which has just left.
        all.forEach(member -> member.stream().end(CLOSING));
        all.forEach(member -> member.end(CLOSING));
        unaryCalls.failAll(CLOSING);
        replayDepth.failAll(CLOSING);
        leases.failAll(CLOSING);
        links.closeAll();
        picture.take();
        closed.complete(null);
        context.loop().close();
    }
}
