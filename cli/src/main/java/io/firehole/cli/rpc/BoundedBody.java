package io.firehole.cli.rpc;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** The body of an answer, which may have so many bytes and no more. The client's threads, one at a time. */
final class BoundedBody implements HttpResponse.BodySubscriber<byte[]> {

    private final long bytesMax;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final CompletableFuture<byte[]> body = new CompletableFuture<>();
    private Flow.@Nullable Subscription subscription;

    BoundedBody(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    @Override
    public CompletionStage<byte[]> getBody() {
        return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription begun) {
        subscription = begun;
        begun.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> pieces) {
        Flow.Subscription open = subscription;
        if (body.isDone() || open == null) {
            return;
        }
        for (ByteBuffer piece : pieces) {
            if (received.size() + (long) piece.remaining() > bytesMax) {
                open.cancel();
                body.completeExceptionally(
                        new NotABlockException("the answer has more than " + bytesMax + " bytes, which is the limit"));
                return;
            }
            byte[] bytes = new byte[piece.remaining()];
            piece.get(bytes);
            received.write(bytes, 0, bytes.length);
        }
        open.request(1);
    }

    @Override
    public void onError(Throwable problem) {
        body.completeExceptionally(problem);
    }

    @Override
    public void onComplete() {
        body.complete(received.toByteArray());
    }
}
