package io.firehole.cli.rpc;

import io.firehole.console.http.BoundedBody;
import io.firehole.pool.filling.BlockSource;
import io.firehole.pool.time.NanoClock;
import io.firehole.wire.proto.CommitmentLevel;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Asks a node for blocks by {@code getBlock}. Any thread, best a virtual one: each call waits for its turn and its answer.
 *
 * <p>What it says of failures has neither the address nor the node's own words, which may repeat it.
 */
public final class JsonRpcBlocks implements BlockSource, AutoCloseable {

    private static final int OK = 200;

    private final RpcSettings settings;
    private final NanoClock clock;
    private final InstantSource timeOfDay;
    private final HttpClient http;
    private final ReentrantLock lock = new ReentrantLock();

    /** When the next request may go out; guarded by the lock. */
    private long nextNanos;

    /**
     * Connects to nobody yet.
     *
     * @param clock tells when it is asked the next time
     */
    public JsonRpcBlocks(RpcSettings settings, NanoClock clock) {
        this.settings = settings;
        this.clock = clock;
        this.nextNanos = clock.nanos();
        this.timeOfDay = InstantSource.system();
        this.http = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    @Override
    public Answer block(long slot, CommitmentLevel level) throws InterruptedException {
        awaitTurn();
        CompletableFuture<HttpResponse<byte[]>> asked = http.sendAsync(
                HttpRequest.newBuilder(settings.url())
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(question(slot, level)))
                        .build(),
                head -> new BoundedBody(settings.answerBytesMax() + 1));
        try {
            return answered(asked.get(settings.timeout().toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException late) {
            return new Answer.Failed("no answer within " + settings.timeout().toMillis() + " ms");
        } catch (CancellationException cancelled) {
            return new Answer.Failed("it was cancelled");
        } catch (ExecutionException failed) {
            // What the client says may name the address.
            return new Answer.Failed("it cannot be reached: "
                    + (failed.getCause() == null ? failed : failed.getCause())
                            .getClass()
                            .getSimpleName());
        } finally {
            asked.cancel(true);
        }
    }

    private Answer answered(HttpResponse<byte[]> response) {
        byte[] body = response.body();
        if (body.length > settings.answerBytesMax()) {
            return new Answer.Failed(
                    "the answer has more than " + settings.answerBytesMax() + " bytes, which is the limit");
        }
        if (response.statusCode() != OK) {
            return new Answer.Failed("HTTP " + response.statusCode());
        }
        try {
            BlockReader block = BlockReader.read(body);
            if (block.hasBlock()) {
                return new Answer.Block(block.timeOr(timeOfDay.instant()), block.transactions(), body.length);
            }
            return block.isSkipped() ? new Answer.Skipped() : new Answer.Failed(block.problem());
        } catch (NotABlockException wrong) {
            return new Answer.Failed(String.valueOf(wrong.getMessage()));
        } catch (IOException broken) {
            return new Answer.Failed("the answer is no JSON");
        }
    }

    private static String question(long slot, CommitmentLevel level) {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"getBlock\",\"params\":[" + Long.toUnsignedString(slot)
                + ",{\"commitment\":\"" + level.name().toLowerCase(Locale.ROOT)
                + "\",\"encoding\":\"base64\",\"transactionDetails\":\"full\",\"rewards\":false,"
                + "\"maxSupportedTransactionVersion\":0}]}";
    }

    private void awaitTurn() throws InterruptedException {
        long wait;
        lock.lock();
        try {
            long now = clock.nanos();
            long mine = Math.max(now, nextNanos);
            nextNanos = mine + Duration.ofSeconds(1).toNanos() / settings.requestsPerSecond();
            wait = mine - now;
        } finally {
            lock.unlock();
        }
        TimeUnit.NANOSECONDS.sleep(wait);
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
