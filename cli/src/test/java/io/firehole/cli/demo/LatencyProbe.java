package io.firehole.cli.demo;

import io.firehole.wire.proto.GeyserGrpc;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Arrays;

/** A monitor that notes how old each update is when it comes. */
final class LatencyProbe implements StreamObserver<SubscribeUpdate>, AutoCloseable {

    private static final int SAMPLES_MAX = 1 << 18;

    private final ManagedChannel channel;
    private final long[] micros = new long[SAMPLES_MAX];
    private int count;

    LatencyProbe(InetSocketAddress address, SubscribeRequest request) {
        channel = NettyChannelBuilder.forAddress(address)
                .usePlaintext()
                .maxInboundMessageSize(256 << 20)
                .build();
        GeyserGrpc.newStub(channel).subscribe(this).onNext(request);
    }

    synchronized void startOver() {
        count = 0;
    }

    /** The age that one update in a hundred exceeds; NaN if none came. */
    synchronized double p99Millis() {
        if (count == 0) {
            return Double.NaN;
        }
        long[] sorted = Arrays.copyOf(micros, count);
        Arrays.sort(sorted);
        return sorted[count * 99 / 100] / 1_000.0;
    }

    @Override
    public synchronized void onNext(SubscribeUpdate update) {
        if (update.hasTransaction() && count < SAMPLES_MAX) {
            Instant now = Instant.now();
            long seconds = now.getEpochSecond() - update.getCreatedAt().getSeconds();
            micros[count++] =
                    seconds * 1_000_000 + (now.getNano() - update.getCreatedAt().getNanos()) / 1_000;
        }
    }

    @Override
    public void onError(Throwable problem) {
        // then there are no figures
    }

    @Override
    public void onCompleted() {
        // then there are no figures
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
