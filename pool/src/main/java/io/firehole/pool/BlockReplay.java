package io.firehole.pool;

import com.google.protobuf.Timestamp;
import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.filters.TransactionFacts;
import io.firehole.pool.filling.BlockSource;
import io.firehole.pool.filling.GapFilling;
import io.firehole.pool.routing.ContentReplay;
import io.firehole.pool.routing.Router;
import io.firehole.pool.transport.UpstreamStream;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateTransaction;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A replay of the transactions of slots that the provider does not have any more, from blocks fetched elsewhere: to whoever takes it
 * in it is a call like that to a provider. It matches the blocks with the request as a provider does.
 *
 * <p>It reads slot by slot on the pool's callback threads, one at a time; a slot that cannot be had after
 * {@value #ATTEMPTS} attempts is left out, and after {@value #FAILURES_MAX} of them in turn, or when time is up, nobody is asked any more.
 */
final class BlockReplay implements UpstreamStream {

    private static final Logger log = LoggerFactory.getLogger(BlockReplay.class);

    /** How often a slot is asked for. */
    static final int ATTEMPTS = 3;

    /** Slots that may fail in turn before it is given up. */
    static final int FAILURES_MAX = 3;

    private final PoolContext pool;
    private final GapFilling filling;
    private final long untilNanos;
    private final Call<? extends Router> call;
    private final ContentReplay gate;
    private final FilterSet filters;
    private final CommitmentLevel level;
    private final Consumer<BlockReplay> over;
    private final long first;
    private final long before;
    private final PoolLoop.Signal slotRead;

    // Of whoever reads a slot; handed over by the control thread.

    private long next;
    private long notAsked;
    private long filled;
    private long failed;
    private int failedInTurn;
    private long transactions;
    private long bytes;
    private String problem = "";

    // The control thread's.

    private boolean underWay;
    private boolean closed;

    /** Who reads a slot now. */
    private volatile @Nullable Thread reader;

    private volatile boolean cancelled;

    /**
     * @param untilNanos when nobody is asked any more
     * @param call takes it in
     * @param gate of that call's router
     * @param filters what is asked; their names are those under which transactions come
     * @param first the first slot
     * @param before the slot after the last
     * @param over hears when nothing more comes of it, once; control thread
     */
    BlockReplay(
            PoolContext pool,
            GapFilling filling,
            long untilNanos,
            Call<? extends Router> call,
            ContentReplay gate,
            FilterSet filters,
            CommitmentLevel level,
            long first,
            long before,
            Consumer<BlockReplay> over) {
        this.pool = pool;
        this.filling = filling;
        this.untilNanos = untilNanos;
        this.call = call;
        this.gate = gate;
        this.filters = filters;
        // Nothing else is known of a block that is not confirmed.
        this.level = level == CommitmentLevel.FINALIZED ? level : CommitmentLevel.CONFIRMED;
        this.first = first;
        this.before = before;
        this.over = over;
        this.notAsked = Math.max(0, before - first - filling.maxSlots());
        this.next = first + notAsked;
        this.slotRead = pool.loop().signal(this::slotRead);
    }

    /** What a request that the provider has taken means. */
    static FilterSet compiled(SubscribeRequest request) {
        try {
            return FilterSet.compile(request, FilterLimits.UNLIMITED);
        } catch (InvalidFilterException invalid) {
            throw new IllegalArgumentException("a request that was valid is not: " + invalid.statusMessage(), invalid);
        }
    }

    /** Begins. Control thread. */
    @Override
    public void send(SubscribeRequest request) {
        look();
    }

    /** Control thread. */
    @Override
    public void cancel() {
        cancelled = true;
        Thread reading = reader;
        if (reading != null) {
            reading.interrupt();
        }
        if (!underWay) {
            close();
        }
    }

    /** The first slot it is for. */
    long first() {
        return first;
    }

    /** The slot after the last that is done with, when it is over. Control thread. */
    long reached() {
        return next;
    }

    /** What came of it, when it is over. Control thread. */
    Filling result() {
        return new Filling(filled, failed, notAsked, List.of(), problem);
    }

    private void look() {
        underWay = true;
        pool.callbacks().execute(() -> {
            reader = Thread.currentThread();
            try {
                if (!cancelled) {
                    readSlot();
                }
            } catch (InterruptedException givenUp) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException | Error broken) {
                // An error, too, must not have the same slot asked for without end.
                log.error("The block of slot {} could not be used", next, broken);
                fail("the block could not be used");
            } finally {
                reader = null;
                slotRead.raise();
            }
        });
    }

    private void slotRead() {
        underWay = false;
        if (closed) {
            return;
        }
        if (cancelled) {
            close();
        } else if (next < before) {
            look();
        } else {
            gate.hasGivenAll();
            log.info("Filled slots {} to {}: {}, {} transactions", first, before - 1, result().told(), transactions);
            close();
        }
    }

    private void close() {
        if (!closed) {
            closed = true;
            pool.tally().filling.add(result(), transactions, bytes);
            over.accept(this);
            call.closed(GrpcStatus.Code.CANCELLED.with("by the pool"));
        }
    }

    // ---- whoever reads a slot

    private void readSlot() throws InterruptedException {
        boolean late = pool.now() - untilNanos >= 0;
        if (late) {
            problem = "it took longer than " + filling.maxTime().toSeconds() + " s (gaps.fill.max-time)";
        }
        if (late || failedInTurn >= FAILURES_MAX) {
            failed += before - next;
            next = before;
            return;
        }
        BlockSource.Answer answer = new BlockSource.Answer.Failed("");
        for (int attempt = 0; attempt < ATTEMPTS && answer instanceof BlockSource.Answer.Failed; attempt++) {
            answer = filling.source().block(next, level);
        }
        switch (answer) {
            case BlockSource.Answer.Block block -> give(block);
            case BlockSource.Answer.Skipped skipped -> done();
            case BlockSource.Answer.Failed why -> fail(why.why());
        }
    }

    private void give(BlockSource.Answer.Block block) {
        bytes += block.bytes();
        Timestamp at = timestamp(block.at());
        for (SubscribeUpdateTransactionInfo transaction : block.transactions()) {
            List<String> names = filters.transactions(TransactionFacts.of(transaction));
            if (!names.isEmpty()) {
                transactions++;
                call.update(SubscribeUpdate.newBuilder()
                        .addAllFilters(names)
                        .setTransaction(SubscribeUpdateTransaction.newBuilder()
                                .setTransaction(transaction)
                                .setSlot(next))
                        .setCreatedAt(at)
                        .build()
                        .toByteArray());
            }
        }
        done();
    }

    private static Timestamp timestamp(Instant at) {
        return Timestamp.newBuilder()
                .setSeconds(at.getEpochSecond())
                .setNanos(at.getNano())
                .build();
    }

    private void done() {
        gate.slotGiven(next);
        filled++;
        failedInTurn = 0;
        next++;
    }

    private void fail(String why) {
        problem = why;
        failed++;
        failedInTurn++;
        next++;
    }
}
